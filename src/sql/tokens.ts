import { Lexer } from './lexer.ts'

/** A token of SQL or PL/pgSQL text, white space and comments left out. */
export interface Token {
  readonly kind: 'name' | 'string' | 'other'
  /** Of a name what it means (folded or unquoted), of a plain string its content, else the text itself. */
  readonly value: string
}

/** The tokens of a text, in order. */
export function tokensOf(text: string): Token[] {
  const lexer = new Lexer(text, { start: 0, end: text.length })
  const tokens: Token[] = []
  while (lexer.next()) {
    if (lexer.kind !== 'blank') tokens.push(tokenOf(lexer.kind, text.slice(lexer.start, lexer.at)))
  }
  return tokens
}

function tokenOf(kind: Lexer['kind'], text: string): Token {
  const first = text.charAt(0)
  if (kind === 'word') {
    const isNumber = first >= '0' && first <= '9'
    return isNumber ? { kind: 'other', value: text } : { kind: 'name', value: text.toLowerCase() }
  }
  if (kind === 'quoted' && first === '"')
    return { kind: 'name', value: text.slice(1, -1).replaceAll('""', '"') }
  if (kind === 'quoted' && first === "'") return { kind: 'string', value: text.slice(1, -1) }
  return { kind: 'other', value: text }
}
