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
  /** Whether a token of the statement that is open has been seen. */
  begun = false
  /** Its first words, lower case. */
  #words: string[] = []
  /** What must be looked for in it: parentheses, or BEGIN ATOMIC. */
  #creates: 'rule' | 'routine' | null = null
  #depth = 0
  #previous = ''

  /** The first word of the statement, lower case; '' before it. */
  get firstWord(): string {
    return this.#words[0] ?? ''
  }

  /** True for the semicolon that ends the statement; the next token starts another. */
  ends(lexer: Lexer): boolean {
    if (lexer.kind === 'blank') return false
    if (this.#depth === 0 && lexer.isSign(59)) {
      this.reset()
      return true
    }
    this.begun = true
    if (lexer.kind === 'word' && this.#words.length < 4) this.#open(lexer.keyword)
    else if (this.#creates === 'rule') this.#rule(lexer)
    else if (this.#creates === 'routine') this.#routine(lexer)
    return false
  }

  /** Forgets the open statement. */
  reset(): void {
    this.begun = false
    this.#words = []
    this.#creates = null
    this.#depth = 0
    this.#previous = ''
  }

  #open(word: string): void {
    this.#words.push(word)
    const [first, second, third, fourth] = this.#words
    const kind = second === 'or' && third === 'replace' ? fourth : second
    if (first !== 'create') return
    if (kind === 'rule') this.#creates = 'rule'
    else if (kind === 'function' || kind === 'procedure') this.#creates = 'routine'
  }

  /** Parentheses matter for CREATE RULE alone, so that one left open elsewhere costs one statement. */
  #rule(lexer: Lexer): void {
    if (lexer.isSign(40)) this.#depth++
    else if (lexer.isSign(41) && this.#depth > 0) this.#depth--
  }

  #routine(lexer: Lexer): void {
    const word = lexer.keyword
    const isName = this.#previous === '.' || this.#previous === 'as'
    if (this.#depth === 0) {
      if (word === 'atomic' && this.#previous === 'begin') this.#depth = 1
    } else if (!isName && word === 'case') this.#depth++
    else if (!isName && word === 'end') this.#depth--
    this.#previous = lexer.isSign(46) ? '.' : word
  }
}
