import { quoteIdentifier } from '../../sql/identifiers.ts'
import { keywords } from '../../sql/keywords.ts'
import { Lexer } from '../../sql/lexer.ts'
import { digitsStandIn, hasStandIn, isKnownButForDigits, standIn, valueStandIn } from '../../sql/stand-in.ts'
import { isUnknown, textOf, textValue, unknown, type Value } from './value.ts'

/** What `format`, `concat` and the like make of a value: as `textOf`, but booleans by their output function. */
export function outputText(value: Value): string | null | undefined {
  return typeof value === 'boolean' ? (value ? 't' : 'f') : textOf(value)
}

/** `quote_ident`: quoted where it must be. */
export function quotedIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !keywords.has(name) ? name : quoteIdentifier(name)
}

export function quoteIdent(value: Value): Value {
  const text = outputText(value)
  if (text === undefined) return null
  return textValue(text === null ? standIn : identifierOf(text))
}

function identifierOf(text: string): string {
  return hasStandIn(text) && !isKnownButForDigits(text) ? standIn : quotedIdentifier(text)
}

export function quoteLiteral(value: Value): Value {
  const text = outputText(value)
  return text === undefined ? null : textValue(literalOf(text))
}

export function quoteNullable(value: Value): Value {
  return quoteLiteral(value) ?? 'NULL'
}

function literalOf(text: string | null): string {
  if (text === null || (hasStandIn(text) && !isKnownButForDigits(text))) return valueStandIn
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}

/** The texts as one; anything where one can be anything. */
export function concatenated(texts: readonly (string | null)[]): Value {
  return texts.includes(null) ? unknown : textValue(texts.join(''))
}

/** `format` with all its conversions; unknown for what PostgreSQL refuses. */
export function format([template = null, ...args]: readonly Value[]): Value {
  const text = outputText(template)
  if (text === undefined) return null
  const pieces: (string | null)[] = []
  let next = 0
  let at = 0
  while (text !== null && at < text.length) {
    const percent = text.indexOf('%', at)
    if (percent < 0) break
    pieces.push(text.slice(at, percent))
    const [conversion = '', position, width, kind] =
      /^%(?:(\d+)\$)?(-?\d+|-?\*)?([ILs%])/.exec(text.slice(percent)) ?? []
    if (conversion === '%%') pieces.push('%')
    else {
      next = position === undefined ? next + 1 : Number(position)
      const arg = args[next - 1]
      pieces.push(width !== undefined || arg === undefined ? null : piece(kind, arg))
    }
    at = percent + Math.max(1, conversion.length)
  }
  return concatenated([...pieces, text?.slice(at) ?? null])
}

function piece(kind: string | undefined, arg: Value): string | null {
  switch (kind) {
    case 's':
      return outputText(arg) === undefined ? '' : (outputText(arg) ?? null)
    case 'I':
      return arg === null ? null : (textOf(quoteIdent(arg)) ?? null)
    case 'L':
      return textOf(quoteNullable(arg)) ?? null
    default:
      return null
  }
}

/**
 * The text of a statement that was computed, if what is not known of it can't change its structure: each stand-in is a token by
 * itself, for in a string, a comment or beside a word its value could end that. Digits can stand in a word or a string.
 */
export function statementText(value: Value): string | null {
  const text = outputText(value)
  if (typeof text !== 'string') return null
  return !isUnknown(value) || standsAlone(text) ? text : null
}

function standsAlone(text: string): boolean {
  const lexer = new Lexer(text, { start: 0, end: text.length })
  while (lexer.next()) {
    const token = text.slice(lexer.start, lexer.at)
    if (!hasStandIn(token) || token === standIn || token === valueStandIn) continue
    if (lexer.kind === 'blank' || token.startsWith(digitsStandIn) || !isKnownButForDigits(token)) return false
  }
  return true
}
