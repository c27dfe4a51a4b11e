import { scanSync } from 'libpg-query'

/** A token of SQL or PL/pgSQL text, comments left out. */
export interface Token {
  readonly kind: 'name' | 'string' | 'other'
  /** Of a name what it means (folded or unquoted), of a plain string its content, else the text itself. */
  readonly value: string
}

/** The tokens of a text; none where it is not made of SQL tokens (another language, an unfinished string). */
export function tokensOf(text: string): Token[] {
  try {
    return scanSync(text).tokens.flatMap(({ text: token, tokenName, keywordName }): Token[] => {
      if (tokenName.endsWith('_COMMENT')) return []
      if (tokenName === 'SCONST') return [{ kind: 'string', value: token.slice(1, -1) }]
      const isName = tokenName === 'IDENT' || keywordName !== 'NO_KEYWORD'
      return [isName ? { kind: 'name', value: nameOf(token) } : { kind: 'other', value: token }]
    })
  } catch (error) {
    if (error instanceof Error) return []
    throw error
  }
}

function nameOf(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase()
}
