import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkIds } from '../../src/checks/index.ts'
import { parseBaseline } from '../../src/config/parse-baseline.ts'
import { type BaselineEntry, baselineText } from '../../src/findings/baseline.ts'
import { fingerprintOf } from '../../src/findings/fingerprint.ts'
import { InputError } from '../../src/findings/input-error.ts'

const entry = { check: 'no-policy', subject: 'public.t', occurrences: 1, database: false }
const line = `{ "check": "no-policy", "subject": "public.t", "fingerprint": "${fingerprintOf('no-policy', 'public.t')}" }`

function refusal(text: string): string {
  try {
    parseBaseline(text, 'b.json')
  } catch (error) {
    if (error instanceof InputError) return `${error.line ?? ''} ${error.message}`
    throw error
  }
  return 'none'
}

test('entries are a line each, sorted by check and subject, and say how often where that is more than once', () => {
  const text = baselineText([
    { ...entry, subject: 'public.u', occurrences: 2 },
    entry,
    { ...entry, check: 'drift', subject: 'public.z' },
  ])
  expect(text).toBe(`{
  "version": 1,
  "findings": [
    { "check": "drift", "subject": "public.z", "fingerprint": "${fingerprintOf('drift', 'public.z')}" },
    ${line},
    { "check": "no-policy", "subject": "public.u", "fingerprint": "${fingerprintOf('no-policy', 'public.u')}", "occurrences": 2 }
  ]
}
`)
})

test('an empty baseline is one', () => {
  expect(parseBaseline(baselineText([]), 'b.json')).toEqual([])
})

test('entries are read as they were written, whatever their order', () => {
  const entries = fc.uniqueArray(
    fc.record({
      check: fc.constantFrom(...checkIds),
      subject: fc.string({ minLength: 1, unit: 'binary' }),
      occurrences: fc.integer({ min: 1, max: 9 }),
      database: fc.boolean(),
    }),
    { selector: ({ check, subject, database }) => JSON.stringify([check, subject, database]) },
  )
  fc.assert(
    fc.property(entries, (written) => {
      const text = baselineText(written)
      const plain = ({ check, subject, occurrences, database }: BaselineEntry) =>
        JSON.stringify([check, subject, occurrences, database])
      expect(parseBaseline(text, 'b.json').map(plain).sort()).toEqual(written.map(plain).sort())
      expect(baselineText([...written].reverse())).toBe(text)
    }),
  )
})

describe('a baseline is refused', () => {
  const file = (...entries: string[]) => `{ "version": 1, "findings": [\n${entries.join(',\n')}\n] }`

  test.each([
    ['that is no JSON', '{ "version": 1', '1 a comma or "}" is expected, and the document ends'],
    ['in which a merge left its marks', file('<<<<<<< HEAD', line), '2 this is no JSON'],
    [
      'of another version',
      '{ "version": 2, "entries": {} }',
      'is a baseline of version 2, and this ringfence reads version 1',
    ],
    ['without a version', '{ "findings": [] }', 'version'],
    ['with an unknown key', '{ "version": 1, "findings": [], "note": "" }', 'note: unknown key'],
    ['that is a list', '[]', 'must be an object'],
    [
      'with an unknown check',
      file(line.replace('no-policy', 'no-police')),
      '2 "no-police" is no check; did you mean "no-policy"?',
    ],
    [
      'with an entry whose subject was changed',
      file(line.replace('public.t', 'public.u')),
      '2 the fingerprint is not that of no-policy on public.u',
    ],
    ['with an entry twice', file(line, line), '3 no-policy on public.t is listed twice'],
    [
      'with an entry that lacks its fingerprint',
      file('{ "check": "no-policy", "subject": "public.t" }'),
      'fingerprint',
    ],
    ['with an entry that occurs never', file(line.replace(' }', ', "occurrences": 0 }')), 'occurrences'],
  ])('%s', (_, text, message) => {
    expect(refusal(text)).toContain(message)
  })
})
