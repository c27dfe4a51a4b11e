import type { KeyType } from '../tenancy/tenancy.ts'
import { ContextError } from './context-error.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const integer = /^(0|-?[1-9][0-9]{0,18})$/
const limit = 2n ** 63n

/**
 * A key as the server reads it, or an error that names the field. The value itself is never repeated: what is no key may
 * be anything, a password that slipped into the wrong place included.
 */
export function readKey(type: KeyType, field: string, value: unknown): string {
  if (value === undefined || value === null || value === '') throw invalid(field, 'is missing')
  if (type === 'bigint') return readInteger(field, value)
  if (typeof value !== 'string') throw invalid(field, `is a ${typeof value}, not a text`)
  if (type === 'uuid') {
    if (!uuid.test(value)) throw invalid(field, 'is not a uuid')
    return value.toLowerCase()
  }
  return readText(field, value)
}

function readInteger(field: string, value: unknown): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw invalid(field, 'is a number that is not exact: pass a bigint or a text')
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') {
    throw invalid(field, `is a ${typeof value}, not a whole number`)
  }
  const text = String(value)
  if (!integer.test(text)) throw invalid(field, 'is not a whole number')
  const number = BigInt(text)
  if (number >= limit || number < -limit) throw invalid(field, 'is beyond the range of bigint')
  return text
}

/** A text that is there: a reason, a source, a key of type text. */
export function readText(field: string, value: unknown): string {
  if (value === undefined || value === null) throw invalid(field, 'is missing')
  if (typeof value !== 'string') throw invalid(field, `is a ${typeof value}, not a text`)
  if (value.trim() === '') throw invalid(field, 'is empty')
  if (value.includes('\0')) throw invalid(field, 'holds a zero byte')
  if (/\p{Surrogate}/u.test(value)) throw invalid(field, 'is not well-formed Unicode')
  return value
}

export function readOneOf<Value extends string>(
  field: string,
  value: unknown,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw invalid(field, `is none of ${allowed.join(', ')}`)
  return found
}

export function readObject(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw invalid(what, 'is missing')
  return { ...value }
}

function invalid(field: string, problem: string): ContextError {
  return new ContextError('invalid value', `${field} ${problem}`)
}
