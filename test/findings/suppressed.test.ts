import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  acceptedBy,
  isExpired,
  type Occurrence,
  type PlacedSuppression,
} from '../../src/findings/suppressed.ts'

const source = { file: '1.sql', start: 0, end: 10 }

function occurrence(from: number, to = Number.POSITIVE_INFINITY, subject = 'public.t'): Occurrence {
  return { check: 'no-policy', subject, source, from, to }
}

function placed(at: number, subject: string | null = 'public.t', check = 'no-policy'): PlacedSuppression {
  return { suppression: { check, subject, reason: 'x', until: null }, at, source, statement: null }
}

/** The first files of what is accepted. */
function accepted(suppression: PlacedSuppression, occurrences: readonly Occurrence[]): number[] {
  return acceptedBy(suppression, occurrences).map(({ from }) => from)
}

describe('a suppression accepts', () => {
  const mendedAndBack = [occurrence(2, 5), occurrence(7)]

  test('the defect that its own file brings, or an earlier one that stands there', () => {
    expect(accepted(placed(2), mendedAndBack)).toEqual([2])
    expect(accepted(placed(4), mendedAndBack)).toEqual([2])
    expect(accepted(placed(9), mendedAndBack)).toEqual([7])
  })

  test('the next to come where none stands yet, or any more', () => {
    expect(accepted(placed(0), mendedAndBack)).toEqual([2])
    expect(accepted(placed(5), mendedAndBack)).toEqual([7])
  })

  test('nothing that was mended before', () => {
    expect(accepted(placed(6), [occurrence(2, 5)])).toEqual([])
  })

  test.each([
    ['a longer name', 'public.tt'],
    ['a part of it', 'public.t/own'],
    ['another case', 'public."T"'],
    ['look-alike letters', 'public."\u0442"'],
  ])('no other subject: %s', (_, subject) => {
    expect(accepted(placed(2), [occurrence(2, 5, subject)])).toEqual([])
    expect(accepted(placed(2, subject), [occurrence(2)])).toEqual([])
  })

  test('no other check of the subject', () => {
    expect(accepted(placed(2, 'public.t', 'no-policies'), [occurrence(2)])).toEqual([])
  })

  test('here, what is not understood within its statement, and nothing else', () => {
    const unmodelled = (start: number, file = '1.sql'): Occurrence => ({
      ...occurrence(start),
      check: 'unmodelled-statement',
      source: { file, start, end: start + 1 },
    })
    const here = { ...placed(0, null, 'unmodelled-statement'), statement: source }
    expect(acceptedBy(here, [unmodelled(0), unmodelled(10), unmodelled(0, '2.sql')])).toEqual([unmodelled(0)])
    expect(acceptedBy({ ...here, statement: null }, [unmodelled(0)])).toEqual([])
  })
})

test('whatever a history brings and mends, one defect is accepted at most, of the name alone, and none that another file mended before', () => {
  const gaps = fc.array(fc.nat(3), { maxLength: 8 })
  const subject = fc.constantFrom('public.t', 'public.tt', 'public."T"')
  const history = fc.array(fc.tuple(subject, gaps), { maxLength: 4 }).map((lists) =>
    lists.flatMap(([name, list], at) => {
      const marks = list.map((_, end) => list.slice(0, end + 1).reduce((sum, gap) => sum + gap + 1, at))
      return marks.flatMap((from, index) =>
        index % 2 === 0 ? [occurrence(from, marks[index + 1] ?? Number.POSITIVE_INFINITY, name + at)] : [],
      )
    }),
  )
  fc.assert(
    fc.property(history, fc.nat(30), fc.nat(3), subject, (occurrences, at, list, name) => {
      const found = acceptedBy(placed(at, name + list), occurrences)
      expect(found.length).toBeLessThanOrEqual(1)
      for (const one of found) {
        expect(one.subject).toBe(name + list)
        expect(one.to).toBeGreaterThan(at)
      }
    }),
  )
})

test('a suppression holds through its last day', () => {
  const until = (day: string | null) => ({ check: 'no-policy', subject: 'a.b', reason: 'x', until: day })
  expect(isExpired(until('2027-06-30'), '2027-06-30')).toBe(false)
  expect(isExpired(until('2027-06-30'), '2027-07-01')).toBe(true)
  expect(isExpired(until(null), '2999-01-01')).toBe(false)
})
