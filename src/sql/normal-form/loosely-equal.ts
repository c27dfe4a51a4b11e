import { Lexer } from '../lexer.ts'

/**
 * Whether two normal forms may well be the same: they differ only in what takes knowledge of types and names to tell
 * apart. Those are casts, names that one side doesn't qualify, aliases, and how a constant is written. `isRenamed`:
 * whether one constant may have become the other.
 */
export function looselyEqual(
  one: string,
  other: string,
  isRenamed: (one: string, other: string) => boolean = () => false,
): boolean {
  const hasCasts = one.includes('::') || other.includes('::')
  const [tokens, others] = [looseTokens(one, hasCasts), looseTokens(other, hasCasts)]
  return (
    tokens.length === others.length &&
    tokens.every((token, at) => {
      const against = others[at]
      return against !== undefined && mayBeSame(token, against, isRenamed)
    })
  )
}

/** A token with the names that it is qualified by. */
interface LooseToken extends Token {
  readonly qualifiers: readonly string[]
}

function mayBeSame(
  one: LooseToken,
  other: LooseToken,
  isRenamed: (one: string, other: string) => boolean,
): boolean {
  if (one.kind === 'constant' && other.kind === 'constant') {
    const [a, b] = [one.text, other.text].map((text) => text.replace(/^'(.*)'$/s, '$1'))
    return a === undefined || b === undefined || mayBeSameConstant(a, b) || isRenamed(a, b)
  }
  const [shorter, longer] = [one.qualifiers, other.qualifiers].sort((a, b) => a.length - b.length)
  const isSuffix = shorter?.every((name, at) => name === longer?.at(at - shorter.length)) ?? true
  return one.text === other.text && isSuffix
}

/** Types read a constant in many ways; but none takes one number, UUID, day or plain word for another. */
function mayBeSameConstant(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => text.toLowerCase().trim())
  if (a === undefined || b === undefined || a === b) return true
  if (number.test(a) && number.test(b)) return Number(a) === Number(b)
  if (plain.test(a) && plain.test(b)) return a.endsWith(`.${b}`) || b.endsWith(`.${a}`)
  return !unmistakable.some((form) => form.test(a) && form.test(b))
}

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/
const plain = /^[\p{L}_][\p{L}_. -]*$/u
const unmistakable = [/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/, /^\d{4}-\d\d-\d\d$/]

interface Token {
  readonly kind: 'word' | 'constant' | 'sign'
  readonly text: string
}

/** Parentheses group nothing else where no cast is taken out of them; then they count. */
function looseTokens(text: string, hasCasts: boolean): LooseToken[] {
  const tokens = withoutSchemas(withoutColumnNames(withoutCasts(tokensOf(text))))
  const left: LooseToken[] = []
  let qualifiers: string[] = []
  for (const [at, token] of tokens.entries()) {
    const isQualifier = token.kind === 'word' && tokens[at + 1]?.text === '.'
    const isParenthesis = token.text === '(' || token.text === ')'
    if (isQualifier) qualifiers.push(token.text)
    else if (token.text !== '.') {
      const isAlias = token.text === 'AS' || tokens[at - 1]?.text === 'AS'
      if (!isAlias && !(isParenthesis && hasCasts)) left.push({ ...token, qualifiers })
      qualifiers = []
    }
  }
  return left
}

/** Operators without the schema that they are in: `OPERATOR(public.=)` is `=`. */
function withoutSchemas(tokens: readonly Token[]): Token[] {
  const left: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text !== 'OPERATOR' || tokens[at + 1]?.text !== '(') {
      left.push(tokens[at] as Token)
      continue
    }
    const end = tokens.findIndex(({ text }, place) => place > at && text === ')')
    left.push(...tokens.slice(at + 2, end).filter(({ kind, text }) => kind === 'sign' && text !== '.'))
    at = end
  }
  return left
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const lexer = new Lexer(text, { start: 0, end: text.length })
  let end = -1
  while (lexer.next()) {
    const token = text.slice(lexer.start, lexer.at)
    if (lexer.kind === 'blank') continue
    const before = tokens.at(-1)
    const isFraction = lexer.start === end && /^\d[\d.]*$/.test(before?.text ?? '') && /^[\d.]/.test(token)
    end = lexer.at
    if (isFraction && before !== undefined) {
      tokens.splice(-1, 1, { kind: 'constant', text: before.text + token })
    } else if (lexer.kind === 'sign') tokens.push({ kind: 'sign', text: token })
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
