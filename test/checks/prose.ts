import { expect } from 'vitest'
import type { Found } from '../../src/checks/define-check.ts'

/** A message is a clause without a full stop, and help starts with a verb. */
export function expectProse({ message, help }: Pick<Found, 'message' | 'help'>): void {
  expect(message).toMatch(/^[^!]+[^.!]$/)
  expect(help ?? 'Add it.').toMatch(/^[A-Z][a-z]+ [^!]+$/)
}
