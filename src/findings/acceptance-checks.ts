import { sql } from '../sql/template.ts'
import type { Severity } from './finding.ts'

interface Example {
  readonly name: string
  readonly sql: string | readonly string[]
}

/** What finds fault with how findings are accepted. It is described as a check is, and looks at no model. */
export interface AcceptanceCheck {
  readonly id: AcceptanceId
  readonly severity: Severity
  readonly title: string
  readonly rationale: string
  readonly accept: string
  readonly bad: readonly (Example & { readonly finds: readonly string[] })[]
  readonly good: readonly Example[]
}

export const acceptanceIds = [
  'baseline-stale',
  'suppression-expired',
  'suppression-invalid',
  'suppression-unused',
] as const

export type AcceptanceId = (typeof acceptanceIds)[number]

const openTable = sql`
  create table app.currencies (code text primary key, name text not null);`

const inAppliedFile = `
  The comment stands in a migration that was applied and can't be edited. The baseline takes such findings, a comment does not.`

export const acceptanceChecks: readonly AcceptanceCheck[] = [
  {
    id: 'baseline-stale',
    severity: 'warning',
    title: 'Baseline lists what is no longer found',
    rationale: `
      A defect of the baseline was mended, dropped or renamed, or a comment in the SQL accepts it as well. As long as its entry
      stays, the same defect could come back and nobody would be told. With --update-baseline the list gets shorter.`,
    accept:
      'The finding comes and goes with something that the migrations do not decide. It is better settled where it comes from.',
    bad: [
      {
        name: 'the baseline lists row-security-not-enabled on app.currencies, and the table is gone',
        sql: [openTable, 'drop table app.currencies;'],
        finds: ['row-security-not-enabled on app.currencies'],
      },
    ],
    good: [
      {
        name: 'the baseline lists row-security-not-enabled on app.currencies, and so it still is',
        sql: openTable,
      },
    ],
  },
  {
    id: 'suppression-expired',
    severity: 'warning',
    title: 'Comment accepts a finding until a day that has passed',
    rationale: `
      Somebody decided to live with a defect for a time and said for how long. The time is over and the defect is still there, so it
      is told again.`,
    accept:
      'It need not be: a comment in a new migration that accepts the defect anew ends this finding too.',
    bad: [
      {
        name: 'a table that was to be protected by the end of 2020',
        sql: sql`
          -- ringfence: accept row-security-not-enabled on app.currencies because protected with the next release until 2020-12-31
          ${openTable}`,
        finds: ['001.sql#a4737eba'],
      },
    ],
    good: [
      {
        name: 'a defect that was mended after its day',
        sql: [
          sql`
            -- ringfence: accept row-security-not-enabled on app.currencies because protected with the next release until 2020-12-31
            ${openTable}`,
          'drop table app.currencies;',
        ],
      },
    ],
  },
  {
    id: 'suppression-invalid',
    severity: 'warning',
    title: 'Comment is meant to accept a finding, and does not say what or why',
    rationale: `
      A comment that begins with "ringfence:" is meant to accept a finding. This one accepts nothing: a word is misspelt, no such check
      exists, or the subject, the reason or the day is missing.`,
    accept: inAppliedFile,
    bad: [
      {
        name: 'no reason, and a check that does not exist',
        sql: sql`
          -- ringfence: accept row-security-not-enabled on app.currencies
          ${openTable}
          -- ringfence: accept no-police on app.currencies because ISO reference data`,
        finds: ['001.sql#87083309', '001.sql#50d7fbc2'],
      },
    ],
    good: [
      {
        name: 'the words in a string, and a comment that only mentions the tool',
        sql: sql`
          ${openTable}
          -- ringfence explains this
          insert into app.currencies values ('eur', '-- ringfence: accept nothing');`,
      },
    ],
  },
  {
    id: 'suppression-unused',
    severity: 'warning',
    title: 'Comment accepts a finding that is not there',
    rationale: `
      The check finds nothing on this subject: the name is misspelt, or the defect is not there yet. A comment that matches nothing would
      accept the first such defect to come, whoever brings it.`,
    accept: inAppliedFile,
    bad: [
      {
        name: 'a table whose name is misspelt',
        sql: sql`
          -- ringfence: accept row-security-not-enabled on app.currency because ISO reference data
          ${openTable}`,
        finds: ['001.sql#00e936c8'],
      },
    ],
    good: [
      {
        name: 'a finding in an earlier file, and one that a later file mends',
        sql: [
          openTable,
          '-- ringfence: accept row-security-not-enabled on app.currencies because ISO reference data\nselect 1;',
          'drop table app.currencies;',
        ],
      },
    ],
  },
]
