import { expect, test } from 'vitest'
import { InputError } from '../../../src/findings/input-error.ts'
import { nextName } from '../../../src/replay/layouts/next-migration.ts'

const now = new Date('2027-01-31T12:34:56.789Z')

test.each([
  ['0009_a', '0010_add_rows'],
  ['999-a-table', '1000-add-rows'],
  ['7.a', '8.add_rows'],
  ['001_2fa_codes', '002_add_rows'],
  ['V2_10__A', 'V2_11__add_rows'],
  ['V20260101.1200__a', 'V20270131.1234__add_rows'],
  ['20260101_a', '20270131_add_rows'],
  ['202601011200_a', '202701311234_add_rows'],
  ['20260101120000_a', '20270131123456_add_rows'],
  ['20280228235959_a', '20280229000000_add_rows'],
  ['20271231_a', '20280101_add_rows'],
  ['2026-01-01-120000_a', '2027-01-31-123456_add_rows'],
  ['2026-01-01-120000-0000_a', '2027-01-31-123456-0000_add_rows'],
  ['2026-01-01-a-table', '2027-01-31-add-rows'],
  ['2026_01_01_a', '2027_01_31_add_rows'],
  ['20260101T120000_a', '20270131T123456_add_rows'],
  ['1767225600_a', '1801398896_add_rows'],
  ['1767225600000_a', '1801398896789_add_rows'],
  ['1999999999999_a', '2000000000000_add_rows'],
  ['00000000000001_a', '00000000000002_add_rows'],
  ['20261301_a', '20261302_add_rows'],
])('after %s comes %s', (last, next) => {
  expect(nextName(['0_first', last], { name: 'add_rows', now })).toBe(next)
})

test('a name without a version has none that comes after it', () => {
  expect(() => nextName(['schema'], { name: 'add_rows', now })).toThrow(InputError)
})
