import { beforeAll, describe, expect, test } from 'vitest'
import type { BadExample, Check, GoodExample } from '../src/checks/define-check.ts'
import { checkIds, checks } from '../src/checks/index.ts'
import { loadParser } from '../src/sql/parse.ts'
import { findingsOf, play, showsIn, syntaxErrors, textsOf } from './checks/examples.ts'
import { expectProse } from './checks/prose.ts'

beforeAll(loadParser)

test('ids are unique, and the registry has them in order', () => {
  expect(checks.map(({ id }) => id)).toEqual([...checkIds])
  expect([...new Set(checkIds)].sort()).toEqual([...checkIds])
})

test('no check finds anything in the prelude of the examples', () => {
  const played = play([])
  expect(checks.flatMap((check) => findingsOf(check, played))).toEqual([])
})

test('no example stands in two places', () => {
  const seen = new Map<string, string>()
  for (const check of checks) {
    for (const example of [...check.bad, ...check.good]) {
      const { sql, byHand = '', tenancy = {} } = example
      const key = JSON.stringify([check.id, textsOf(sql).join('\n'), byHand, tenancy])
      expect(seen.get(key), `${check.id}: ${example.name}`).toBeUndefined()
      seen.set(key, example.name)
    }
    const names = [...check.bad, ...check.good].map(({ name }) => name)
    expect(new Set(names).size, check.id).toBe(names.length)
  }
})

describe.each(checks.map((check) => ({ check, id: check.id })))('$id', ({ check }) => {
  test('says by a leak or by a rule why it is an error', () => {
    const isShown = check.rule !== undefined || check.bad.every(({ leaks }) => leaks !== undefined)
    expect(check.severity !== 'error' || isShown).toBe(true)
    for (const { leaks } of check.bad) if (leaks !== undefined) expect(syntaxErrors(leaks)).toEqual([])
  })

  test('texts are sentences, and help starts with a verb', () => {
    expect(check.title).toMatch(/^[A-Z][^!]*[^.!]$/)
    expect(check.rationale.trim()).toMatch(/^[A-Z][^!]*\.$/)
    expect(check.accept.trim()).toMatch(/^[A-Z][^!]*\.$/)
  })

  test.each(check.bad.map((example) => ({ example, name: example.name })))('finds: $name', ({ example }) => {
    if (!isInvalid(check)) expect(syntaxErrors(example.sql)).toEqual([])
    const played = play(example.sql, example.tenancy)
    const found = findingsOf(check, played)
    expect(found.map(({ subject }) => subject)).toEqual(
      showsIn('replay', check, example) ? [...example.finds] : [],
    )
    for (const one of found) {
      expectProse(one)
      expect(one.source?.file, one.subject).not.toBe('000.sql')
    }
    expect(errorsBeside(check, example)).toEqual([...(example.beside ?? [])].sort())
  })

  test.each(check.good.map((example) => ({ example, name: example.name })))(
    'lets pass: $name',
    ({ example }) => {
      expect(syntaxErrors(example.sql)).toEqual([])
      expect(findingsOf(check, play(example.sql, example.tenancy))).toEqual([])
    },
  )

  if (check.fix !== undefined) {
    const shown = check.bad.filter((example) => showsIn('replay', check, example))
    test.each(shown.map((example) => ({ example, name: example.name })))(
      'its fix mends: $name',
      ({ example }) => {
        const found = findingsOf(check, play(example.sql, example.tenancy))
        const fixes = found.map((one) => check.fix?.(one) ?? null)
        const migrations = fixes.filter((fix) => fix !== null)
        expect(syntaxErrors(migrations)).toEqual([])
        const left = findingsOf(check, play([...textsOf(example.sql), ...migrations], example.tenancy))
        const unmended = found.filter((_, at) => fixes[at] === null)
        expect(left.map(({ subject }) => subject)).toEqual(unmended.map(({ subject }) => subject))
        expect(migrations.length).toBeGreaterThan(0)
      },
    )
  }
})

function errorsBeside(check: Check, example: BadExample | GoodExample): string[] {
  const played = play(example.sql, example.tenancy)
  return checks
    .filter((other) => other.id !== check.id && other.severity === 'error')
    .filter((other) => findingsOf(other, played).length > 0)
    .map(({ id }) => id)
}

/** A check of what is not understood may show what the grammar refuses. */
function isInvalid(check: Check): boolean {
  return check.rule === 'unmodelled'
}
