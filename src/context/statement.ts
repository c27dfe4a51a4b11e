import { quoteIdentifier } from '../sql/identifiers.ts'

/** A name in a statement, as opposed to a value. */
export class Identifier {
  readonly quoted: string

  constructor(name: string) {
    this.quoted = quoteIdentifier(name)
  }
}

/** One SQL statement whose values stand apart from its text until a driver asks for one of the two forms. */
export interface Statement {
  readonly parts: readonly string[]
  readonly values: readonly string[]
}

/** `statement\`select set_config(${name}, ${value}, true)\`` */
export function statement(
  texts: TemplateStringsArray,
  ...inserted: readonly (string | Identifier)[]
): Statement {
  const parts: string[] = [texts[0] ?? '']
  const values: string[] = []
  for (const [at, value] of inserted.entries()) {
    const following = texts[at + 1] ?? ''
    if (value instanceof Identifier) parts.push(`${parts.pop()}${value.quoted}${following}`)
    else {
      values.push(value)
      parts.push(following)
    }
  }
  return { parts, values }
}

/** Pieces of a statement with a text before, between and behind them. */
export function joined(
  before: string,
  pieces: readonly Statement[],
  between: string,
  behind: string,
): Statement {
  const parts = [before]
  for (const [at, piece] of pieces.entries()) {
    const [first = '', ...others] = piece.parts
    parts.push(`${parts.pop()}${at === 0 ? '' : between}${first}`, ...others)
  }
  parts.push(`${parts.pop()}${behind}`)
  return { parts, values: pieces.flatMap(({ values }) => values) }
}

/** For drivers that send values beside the text: `select set_config($1, $2, true)`. */
export function parameterised({ parts, values }: Statement): { text: string; values: readonly string[] } {
  return { text: interleave(parts, (at) => `$${at + 1}`), values }
}

/** Several statements as one message of the simple protocol, which has no place for values. */
export function inOneMessage(statements: readonly (string | Statement)[]): string {
  return statements
    .map((one) =>
      typeof one === 'string' ? one : interleave(one.parts, (at) => wireLiteral(one.values[at] ?? '')),
    )
    .join('; ')
}

function interleave(parts: readonly string[], inserted: (at: number) => string): string {
  return parts.map((part, at) => (at === 0 ? part : inserted(at - 1) + part)).join('')
}

/**
 * A text as a literal that reads the same whatever `standard_conforming_strings` and `client_encoding` a session was
 * left with: beyond printable ASCII everything is escaped, so that no byte of it can be taken for half a character
 * that swallows a quote.
 */
export function wireLiteral(text: string): string {
  if (text.includes('\0')) throw new Error('a text that holds a zero byte can not be sent to PostgreSQL')
  if (/^[ !#-&(-[\]-~]*$/.test(text)) return `'${text}'`
  const escaped = Array.from(text, (character) => {
    if (character === "'") return "''"
    if (character === '\\') return '\\\\'
    const code = character.codePointAt(0) ?? 0
    if (code >= 0x20 && code < 0x7f) return character
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `E'${escaped.join('')}'`
}
