import { Lexer } from './lexer.ts'

/** A part of a text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Splits at the semicolons that end statements: not those in strings, comments, BEGIN ATOMIC bodies and the actions of
 * CREATE RULE. Joined again, the parts are the span; the last part may be blank.
 */
export function splitStatements(text: string, span: Span = { start: 0, end: text.length }): Span[] {
  const parts: Span[] = []
  const lexer = new Lexer(text, span)
  const tracker = new StatementTracker()
  let start = span.start
  while (lexer.next()) {
    if (!tracker.ends(lexer)) continue
    parts.push({ start, end: lexer.at })
    start = lexer.at
  }
  if (start < span.end) parts.push({ start, end: span.end })
  return parts
}

/** Told the tokens of a script one by one, knows which of them end a statement. */
export class StatementTracker {
  /** The first words of the statement that is open, lower case; [] before its first token. */
  words: readonly string[] = []
  /** Whether a token of the statement has been seen. */
  begun = false
  #words: string[] = []
  #depth = 0
  #previous = ''

  /** True for the semicolon that ends the statement; the next token starts another. */
  ends(lexer: Lexer): boolean {
    if (lexer.kind === 'blank') return false
    if (lexer.isSign(59) && this.#depth === 0) {
      this.reset()
      return true
    }
    this.begun = true
    const word = lexer.keyword
    if (word !== '' && this.#words.length < 6) this.#words.push(word)
    this.words = this.#words
    if (lexer.isSign(40)) this.#parenthesis(1)
    else if (lexer.isSign(41)) this.#parenthesis(-1)
    else if (word !== '') this.#block(word)
    this.#previous = lexer.kind === 'sign' ? lexer.text.charAt(lexer.start) : word
    return false
  }

  /** Forgets the open statement. */
  reset(): void {
    this.begun = false
    this.#words = []
    this.words = this.#words
    this.#depth = 0
    this.#previous = ''
  }

  /** Parentheses matter for CREATE RULE alone, so that one left open elsewhere costs one statement. */
  #parenthesis(step: number): void {
    if (this.#creates('rule')) this.#depth = Math.max(0, this.#depth + step)
  }

  #block(word: string): void {
    if (word === 'atomic' && this.#previous === 'begin' && this.#createsRoutine()) this.#depth = 1
    else if (this.#depth === 0 || !this.#createsRoutine()) return
    else if (this.#previous === '.' || this.#previous === 'as') return
    else if (word === 'case') this.#depth++
    else if (word === 'end') this.#depth--
  }

  #createsRoutine(): boolean {
    return this.#creates('function') || this.#creates('procedure')
  }

  #creates(kind: string): boolean {
    const [first, second, third, fourth] = this.#words
    return (
      first === 'create' && (second === kind || (second === 'or' && third === 'replace' && fourth === kind))
    )
  }
}

/**
 * How deep the tree of a span can be at most: what is open (parentheses, brackets, CASE), and the tokens since the last
 * comma, AND, OR or UNION (whose trees are flat) at each level.
 */
export function nestingBound(text: string, span: Span): number {
  const lexer = new Lexer(text, span)
  const outer: number[] = []
  let below = 0
  let tokens = 0
  let bound = 0
  while (lexer.next()) {
    if (lexer.kind === 'blank') continue
    tokens++
    const step = nestingStep(lexer)
    if (step === 'open') {
      outer.push(tokens)
      below += tokens
      tokens = 0
    } else if (step === 'close') {
      const open = outer.pop() ?? 0
      below -= open
      tokens = open + 1
    } else if (step === 'flat') tokens = 1
    else if (lexer.isSign(59) && outer.length === 0) tokens = 0
    bound = Math.max(bound, below + tokens)
  }
  return bound
}

function nestingStep(lexer: Lexer): 'open' | 'close' | 'flat' | null {
  if (lexer.isSign(40) || lexer.isSign(91)) return 'open'
  if (lexer.isSign(41) || lexer.isSign(93)) return 'close'
  if (lexer.isSign(44)) return 'flat'
  if (lexer.kind !== 'word' || lexer.at - lexer.start > 5) return null
  const word = lexer.keyword
  if (word === 'case') return 'open'
  if (word === 'end') return 'close'
  return word === 'and' || word === 'or' || word === 'union' ? 'flat' : null
}
