import { expect, test } from 'vitest'
import { nearest, suggestion } from '../../src/findings/nearest.ts'

test('a mistyped word names the candidate that was meant', () => {
  expect(nearest('tenantkey', ['tenantKey', 'tenants'])).toBe('tenantKey')
  expect(suggestion('polcy', ['policy', 'table'])).toBe('did you mean "policy"?')
})

test('a word that is like none of the candidates lists them', () => {
  expect(nearest('zzzzzzzzzz', ['policy', 'table'])).toBeNull()
  expect(suggestion('zzzzzzzzzz', ['policy', 'table'])).toBe('known are policy, table')
})
