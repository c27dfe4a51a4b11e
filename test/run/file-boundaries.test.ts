import fc from 'fast-check'
import { expect, test } from 'vitest'
import { activeChecks } from '../../src/checks/examine.ts'
import { livesOf } from '../../src/run/lifecycle.ts'
import { as } from '../../src/sql/node.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { splitStatements } from '../../src/sql/split.ts'
import type { Tenancy } from '../../src/tenancy/tenancy.ts'
import { statements } from '../replay/every-family.ts'
import { historyOf } from '../replay/fixture.ts'
import { unplaced } from '../replay/plain.ts'
import { knownHistories, tenancyOf, verdictOf } from './histories.ts'

/** What is open at the end of files that one session runs, and the model. */
function ended(files: readonly string[], tenancy: Tenancy) {
  const history = historyOf(files.map((sql, at) => [`${at}.sql`, sql] as const))
  const lives = livesOf(history, {
    checks: activeChecks({}),
    tenancy,
    asked: null,
    filesOf: (file) => new Set([file]),
  })
  const open = lives.filter(({ repairedBy }) => repairedBy === null)
  return {
    open: open
      .map(({ defect: { check, found } }) =>
        check.rule === 'unmodelled' ? check.id : `${check.id} ${found.subject}`,
      )
      .sort(),
    found: verdictOf(history.model, tenancy),
    model: unplaced(history.model),
  }
}

/** The text as files that end where the choices say, between two statements and outside of transactions. */
function parted(text: string, ends: readonly boolean[]): string[] {
  const files = ['']
  let inTransaction = false
  splitStatements(text).forEach((span, at) => {
    files.push(`${files.pop()}${text.slice(span.start, span.end)}`)
    for (const statement of parseStatements(text, span)) {
      const transaction = 'node' in statement ? as(statement.node, 'TransactionStmt') : undefined
      if (transaction?.kind === 'TRANS_STMT_BEGIN') inTransaction = true
      else if (transaction?.kind !== undefined && endings.includes(transaction.kind)) inTransaction = false
    }
    if (ends[at % ends.length] && !inTransaction) files.push('')
  })
  return files
}

const endings: readonly string[] = ['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK']

function expectSame(text: string, tenancy: Tenancy, runs: number) {
  const whole = ended([text], tenancy)
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }), (ends) => {
      expect(ended(parted(text, ends), tenancy)).toEqual(whole)
    }),
    { numRuns: runs },
  )
}

test.each(knownHistories())(
  'where files end changes nothing that is open at the end: $name',
  ({ files, tenancy }) => {
    expectSame(files.join(';\n'), tenancy, 2)
  },
)

/** A local setting ends with its file. */
const unbound = statements.filter((sql) => !sql.startsWith('set local'))

test('where files end changes nothing that is open at the end of a history of any statements', () => {
  const tenancy = tenancyOf({ tenantKey: 'tenant_id', appRoles: ['r'] })
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...unbound), { maxLength: 20 }), (list) => {
      expectSame(`${list.join(';\n')};`, tenancy, 3)
    }),
    { numRuns: 100 },
  )
})
