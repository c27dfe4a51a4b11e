import { describe, expect, test } from 'vitest'
import { acceptanceChecks, acceptanceIds } from '../../src/findings/acceptance-checks.ts'
import { baselineText } from '../../src/findings/baseline.ts'
import { textsOf } from '../checks/examples.ts'
import { prelude, preludeTenancy } from '../checks/prelude.ts'
import { expectProse } from '../checks/prose.ts'
import { Project } from '../run/accepting.ts'

/** Entries that are written as findings of stale ones name them: `CHECK on SUBJECT`. */
function baselineOf(entries: readonly string[]): string {
  return baselineText(
    entries.map((entry) => {
      const [check = '', subject = ''] = entry.split(' on ')
      return { check, subject, occurrences: 1, database: false }
    }),
  )
}

test('ids are in order, and one description each', () => {
  expect(acceptanceChecks.map(({ id }) => id)).toEqual([...acceptanceIds].sort())
})

describe.each(acceptanceChecks)('$id', ({ id, bad, good, title, rationale, accept }) => {
  const listed = id === 'baseline-stale' ? bad.flatMap(({ finds }) => finds) : []

  async function findings(sql: string | readonly string[]) {
    const texts = Object.fromEntries(textsOf(sql).map((text, at) => [`./00${at + 1}.sql`, text]))
    const project = new Project(
      { './000.sql': prelude, ...texts },
      { migrations: ['*.sql'], tenancy: preludeTenancy, baseline: 'baseline.json' },
    )
    project.write('baseline.json', baselineOf(listed))
    const { result } = await project.check()
    return result.findings.filter(({ check }) => check === id)
  }

  test('texts are sentences', () => {
    expect(title).toMatch(/^[A-Z][^!]*[^.!]$/)
    expect(rationale.trim()).toMatch(/^[A-Z][^!]*\.$/)
    expect(accept.trim()).toMatch(/^[A-Z][^!]*\.$/)
  })

  test.each(bad)('finds: $name', async ({ sql, finds }) => {
    const found = await findings(sql)
    expect(found.map(({ subject }) => subject)).toEqual(finds)
    for (const finding of found) expectProse({ ...finding, help: finding.help ?? '' })
  })

  test.each(good)('lets pass: $name', async ({ sql }) => {
    expect(await findings(sql)).toEqual([])
  })
})
