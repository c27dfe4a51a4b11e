import { Lexer } from '../lexer.ts'

/**
 * Whether two normal forms may well be the same: they differ only in what takes knowledge of types and names to tell
 * apart. Those are casts, the names that columns, functions and types are qualified by, aliases, and how a constant is
 * written.
 */
export function looselyEqual(one: string, other: string): boolean {
  return looseTokens(one).join(' ') === looseTokens(other).join(' ')
}

interface Token {
  readonly kind: 'word' | 'constant' | 'sign'
  readonly text: string
}

function looseTokens(text: string): string[] {
  const tokens = withoutColumnNames(withoutCasts(tokensOf(text)))
  return tokens.flatMap(({ kind, text: token }, at) => {
    if (kind === 'constant') return ['?']
    if (token === '(' || token === ')' || token === '.') return []
    const isQualifier = kind === 'word' && tokens[at + 1]?.text === '.'
    const isAlias = tokens[at - 1]?.text === 'AS'
    return isQualifier || isAlias || token === 'AS' ? [] : [token]
  })
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const lexer = new Lexer(text, { start: 0, end: text.length })
  while (lexer.next()) {
    const token = text.slice(lexer.start, lexer.at)
    if (lexer.kind === 'blank') continue
    if (lexer.kind === 'sign') tokens.push({ kind: 'sign', text: token })
    else {
      const isConstant = token.startsWith("'") || /^\d/.test(token)
      tokens.push({ kind: isConstant ? 'constant' : 'word', text: token })
    }
  }
  return tokens
}

/** Without the names that an alias gives to columns: `AS t(a, b)` is `AS t`. */
function withoutColumnNames(tokens: readonly Token[]): Token[] {
  const left: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    left.push(tokens[at] as Token)
    if (tokens[at - 1]?.text !== 'AS' || tokens[at]?.kind !== 'word' || tokens[at + 1]?.text !== '(') continue
    let end = at + 2
    while (tokens[end]?.kind === 'word' || tokens[end]?.text === ',') end++
    if (tokens[end]?.text === ')') at = end
  }
  return left
}

/** Without `::` and the type behind it. */
function withoutCasts(tokens: readonly Token[]): Token[] {
  const left: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text === ':' && tokens[at + 1]?.text === ':') at = typeEnd(tokens, at + 2) - 1
    else left.push(tokens[at] as Token)
  }
  return left
}

const typeWords: ReadonlySet<string> = new Set(['varying', 'precision', 'with', 'without', 'time', 'zone'])

function typeEnd(tokens: readonly Token[], start: number): number {
  let at = start + 1
  for (;;) {
    const text = tokens[at]?.text
    if (text === '.') at += 2
    else if (text !== undefined && typeWords.has(text)) at++
    else if (text === '(' && tokens[at + 1]?.kind === 'constant') {
      while (tokens[at]?.text !== ')' && at < tokens.length) at++
      at++
    } else if (text === '[' && tokens[at + 1]?.text === ']') at += 2
    else return at
  }
}
