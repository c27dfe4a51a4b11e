import { digitsStandIn, hasStandIn, isKnownButForDigits } from '../../sql/stand-in.ts'
import { isUnknown, textOf, textValue, unknown, type Value } from './value.ts'

/** `LIKE` (or `ILIKE`); the pattern's escape character is the backslash. */
export function like(value: Value, pattern: Value, ignoreCase: boolean): Value {
  return matched(value, pattern, (text) => likeExpression(text, ignoreCase))
}

/** `~` (or `~*`). */
export function matchesRegularExpression(value: Value, pattern: Value, ignoreCase: boolean): Value {
  return matched(value, pattern, (text) => regularExpression(text, ignoreCase ? 'i' : ''))
}

type Compile = (pattern: string) => RegExp | null

function matched(value: Value, pattern: Value, compile: Compile): Value {
  const text = textOf(value)
  const written = textOf(pattern)
  if (text === undefined || written === undefined) return null
  if (written === null || isUnknown(pattern)) return unknown
  const expression = compile(written)
  if (expression === null || text === null || !isKnownButForDigits(text)) return unknown
  const answers = asSamples(text, written).map((sample) => expression.test(sample))
  return answers.every((each) => each === answers[0]) ? (answers[0] ?? unknown) : unknown
}

/** A text with some digits in place of those that are not known; none where the pattern itself asks for digits. */
function asSamples(text: string, pattern: string): string[] {
  if (!hasStandIn(text)) return [text]
  if (/[0-9]/.test(pattern)) return []
  return ['0', '00000000'].map((digits) => text.replaceAll(digitsStandIn, digits))
}

function likeExpression(pattern: string, ignoreCase: boolean): RegExp {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at)
    if (char === '%') source += '.*'
    else if (char === '_') source += '.'
    else source += escaped(char === '\\' ? pattern.charAt(++at) : char)
  }
  return new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su')
}

function escaped(char: string): string {
  return /[.*+?^${}()|[\]\\]/.test(char) ? `\\${char}` : char
}

/**
 * A regular expression that means the same in PostgreSQL and JavaScript; null for any other: embedded options, classes by name,
 * and escapes that one of them doesn't have.
 */
function regularExpression(pattern: string, flags: string): RegExp | null {
  if (pattern.startsWith('***') || pattern.includes('(?') || /\[[[.:=]/.test(pattern)) return null
  if (/\\[^dDsSwW.*+?^$(){}[\]|\\/-]/.test(pattern) || /[{][^0-9]/.test(pattern)) return null
  try {
    return new RegExp(pattern, `s${flags}`)
  } catch {
    return null
  }
}

/** `regexp_replace`. The replacement's `\1` and `\&` are JavaScript's `$1` and `$&`. */
export function replaceRegularExpression(value: Value, pattern: Value, by: Value, options: Value): Value {
  if (value === null || pattern === null || by === null || options === null) return null
  const text = textOf(value)
  if (typeof pattern !== 'string' || typeof by !== 'string' || typeof options !== 'string') return unknown
  if (typeof text !== 'string' || /[^gi]/.test(options)) return unknown
  if (hasStandIn(text) && !/^\^?[A-Za-z_]+\$?$/.test(pattern)) return unknown
  const expression = /[|?]/.test(pattern) ? null : regularExpression(pattern, options)
  if (expression === null) return unknown
  const replacement = by
    .replaceAll('$', '$$$$')
    .replaceAll(/\\(?:([1-9])|(&)|(\\))/g, (_, group, whole) =>
      group === undefined ? (whole === undefined ? '\\' : '$&') : `$${group}`,
    )
  return withDigits(text, (masked) => masked.replace(expression, replacement))
}

/** What a function of text that leaves digits alone makes of one in which some digits are not known. */
export function withDigits(text: string, change: (text: string) => string): Value {
  if (!isKnownButForDigits(text)) return unknown
  const mask = '\uE000'
  return textValue(change(text.replaceAll(digitsStandIn, mask)).replaceAll(mask, digitsStandIn))
}
