import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalSubject,
  readSuppression,
  type Suppression,
  writtenSuppression,
} from '../../src/findings/suppression.ts'
import { writtenSuppressions } from '../../src/findings/written-suppressions.ts'
import { commentsOf } from '../../src/sql/comments.ts'
import { displayName } from '../../src/sql/identifiers.ts'

const checks = ['no-policy', 'policy-always-true', 'unmodelled-statement']

function read(line: string): Suppression | string | null {
  const said = readSuppression(line, checks)
  return said !== null && 'problem' in said ? said.problem : said
}

/** What the comments of a text say: the subjects accepted, and what is wrong. */
function told(text: string): string[] {
  const comments = commentsOf(text, { start: 0, end: text.length })
  return writtenSuppressions(text, comments, checks).map(({ said, start, end }) => {
    const what = 'problem' in said ? said.problem : (said.subject ?? 'here')
    return `${what} | ${text.slice(start, end)}`
  })
}

describe('a line is read', () => {
  test.each<[string, string, Partial<Suppression>]>([
    ['the reason', 'no-policy on public.t because it is empty', { reason: 'it is empty', until: null }],
    ['the last day', 'no-policy on public.t because it is empty until 2027-06-30', { until: '2027-06-30' }],
    [
      'an until that is no day',
      'no-policy on public.t because unused until the launch',
      { reason: 'unused until the launch', until: null },
    ],
    [
      'the last until',
      'no-policy on public.t because unused until the launch until 2027-06-30',
      { reason: 'unused until the launch', until: '2027-06-30' },
    ],
    [
      'a name with spaces and the words of the grammar in it',
      'policy-always-true on public."my because t"/"until ""x""" because of x',
      { subject: 'public."my because t"/"until ""x"""', reason: 'of x' },
    ],
    ['a needlessly quoted name', 'no-policy on "public"."t" because of x', { subject: 'public.t' }],
    [
      'arguments of a routine',
      'no-policy on public.f(uuid, text) because of x',
      { subject: 'public.f(uuid, text)' },
    ],
    ['the statement here', 'unmodelled-statement here because it only logs', { subject: null }],
  ])('%s', (_, said, expected) => {
    expect(read(`ringfence: accept ${said}`)).toMatchObject(expected)
  })

  test('the words of the grammar count in any case, and the colon needs no space', () => {
    expect(read('Ringfence:ACCEPT no-policy ON public.t BECAUSE x')).toMatchObject({ subject: 'public.t' })
  })

  test('what it says is read back as it is written', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\n\r]/.test(text))
    const subject = fc
      .array(name.map(displayName), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('.'))
    const reason = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .map((text) => `it is ${text}`.replace(/[\n\r]/g, ' ').trim())
      .filter((text) => !/\buntil\b/i.test(text))
    const day = fc
      .date({ min: new Date('2000-01-01'), max: new Date('2199-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
    const suppression = fc.record({
      check: fc.constantFrom(...checks),
      subject,
      reason,
      until: fc.option(day),
    })
    fc.assert(
      fc.property(suppression, (said) => {
        expect(readSuppression(writtenSuppression(said), checks)).toEqual(said)
      }),
    )
  })

  test('no line makes it fail, and what is read says a check, a reason and a day that there is', () => {
    const word = fc.constantFrom(
      'accept',
      'no-policy',
      'on',
      'here',
      'because',
      'until',
      '2027-02-30',
      '"',
      'a.b',
      '',
    )
    const line = fc.array(fc.oneof(word, fc.string()), { maxLength: 12 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(line, (rest) => {
        const said = readSuppression(`ringfence: ${rest}`, checks)
        if (said === null || 'problem' in said) return
        expect(checks).toContain(said.check)
        expect(said.reason).toMatch(/\S/)
        expect(said.until).not.toBe('2027-02-30')
      }),
    )
  })
})

describe('a line is refused that', () => {
  test.each([
    ['misspells the verb', 'ringfence: acept no-policy on public.t because x', 'did you mean "accept"'],
    ['has no colon', 'ringfence accept no-policy on public.t because x', 'a colon is missing'],
    ['says nothing', 'ringfence:', 'nothing follows'],
    ['names no check', 'ringfence: accept', 'no check is named'],
    ['forgets the check', 'ringfence: accept on public.t because x', 'no check is named'],
    [
      'names an unknown check',
      'ringfence: accept no-police on public.t because x',
      'did you mean "no-policy"',
    ],
    [
      'names a check in other letters',
      'ringfence: accept no-pоlicy on public.t because x',
      '"no-pоlicy" is no check',
    ],
    [
      'names the check in capitals',
      'ringfence: accept No-Policy on public.t because x',
      '"No-Policy" is no check',
    ],
    [
      'forgets on',
      'ringfence: accept no-policy public.t because x',
      '"on" is expected after the check, not "public.t"',
    ],
    ['names no subject', 'ringfence: accept no-policy on because x', 'no subject is named'],
    [
      'accepts another check here',
      'ringfence: accept no-policy here because x',
      '"here" is for unmodelled-statement alone',
    ],
    [
      'says more than here',
      'ringfence: accept unmodelled-statement here it because x',
      '"because" is expected, not "it"',
    ],
    ['has no reason', 'ringfence: accept no-policy on public.t', 'no reason is given'],
    ['has no reason here', 'ringfence: accept unmodelled-statement here', 'no reason is given'],
    ['has an empty reason', 'ringfence: accept no-policy on public.t because ', 'no reason is given'],
    ['has a reason of signs', 'ringfence: accept no-policy on public.t because ...', 'no reason is given'],
    [
      'has a day in the place of a reason',
      'ringfence: accept no-policy on public.t because until 2027-06-30',
      'no reason',
    ],
    ['does not close a quote', 'ringfence: accept no-policy on public."t because x', 'no reason is given'],
    [
      'ends on no such day',
      'ringfence: accept no-policy on a.t because x until 2027-02-30',
      '"2027-02-30" is no day',
    ],
    ['writes the day otherwise', 'ringfence: accept no-policy on a.t because x until 30.6.2027', 'is no day'],
    ['names a month', 'ringfence: accept no-policy on a.t because x until June 2027', 'is no day'],
    [
      'goes on after the day',
      'ringfence: accept no-policy on a.t because x until 2027-06-30 (ann)',
      'is no day',
    ],
    ['names no day', 'ringfence: accept no-policy on a.t because x until', '"" is no day'],
    [
      'has other spaces',
      'ringfence: accept\u00a0no-policy on a.t because x',
      'is nothing that ringfence is told',
    ],
  ])('%s', (_, line, problem) => {
    expect(read(line)).toContain(problem)
  })
})

test.each([
  'ringfence keeps tenants apart',
  'see ringfence: accept no-policy on a.t because x',
  'ringfences: accept no-policy on a.t because x',
])('a comment that is not addressed to ringfence says nothing: %s', (line) => {
  expect(read(line)).toBeNull()
})

test('a subject is quoted as findings quote it', () => {
  expect(canonicalSubject('"public"."Invoice"/"own rows"')).toBe('public."Invoice"/"own rows"')
  expect(canonicalSubject('public.Invoice')).toBe('public.Invoice')
  expect(canonicalSubject('"a""b"."c"')).toBe('"a""b".c')
})

describe('comments', () => {
  const said = 'ringfence: accept no-policy on public.t because x'

  test('count as lines and as blocks, on every line of a block', () => {
    const text = `-- ${said}\r\ncreate /* ${said} */ table t ();\n/*\n * ${said}\n${said}\n*/ select 1; -- ${said}`
    expect(told(text)).toEqual([
      `public.t | -- ${said}`,
      `public.t | ${said}`,
      `public.t | ${said}`,
      `public.t | ${said}`,
      `public.t | -- ${said}`,
    ])
  })

  test.each([
    ['a string', `select '\n-- ${said}\n';`],
    ['an escape string', `select e'\\'\n-- ${said}\n';`],
    ['a quoted name', `select 1 as "\n-- ${said}\n";`],
    ['a dollar quote', `do $x$ begin\n-- ${said}\nend $x$;`],
    ['a comment that is commented out', `-- -- ${said}\n/* -- ${said}\n /* ${said.slice(1)} */ */`],
  ])('do not stand in %s', (_, text) => {
    expect(told(text)).toEqual([])
  })
})
