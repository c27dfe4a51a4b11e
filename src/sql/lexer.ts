import type { Span } from './split.ts'

/**
 * What a token is to someone who looks for where statements end: `blank` is white space and comments, `quoted` a string,
 * a quoted identifier or a dollar-quoted body, `word` a bare identifier, keyword or number, `sign` any other single character.
 */
export type TokenKind = 'blank' | 'quoted' | 'word' | 'sign'

/**
 * Reads a text by PostgreSQL's lexical rules: standard strings, `E''` with backslashes (also where it is continued on
 * a new line), quoted identifiers, dollar quotes, nested comments, line comments. What is not closed reaches to the end.
 * Every character is part of exactly one token.
 */
export class Lexer {
  readonly text: string
  readonly end: number
  kind: TokenKind = 'blank'
  /** Where the token starts; it ends at `at`. */
  start: number
  at: number

  constructor(text: string, { start, end }: Span) {
    this.text = text
    this.start = start
    this.at = start
    this.end = end
  }

  /** Goes to the next token; false at the end. */
  next(): boolean {
    if (this.at >= this.end) return false
    this.start = this.at
    const code = this.text.charCodeAt(this.at)
    const blank = skipBlank(this.text, this.at, this.end)
    if (blank > this.at) return this.#take('blank', blank)
    if (isWordStart(code)) return this.#word(code)
    if (code >= 48 && code <= 57) return this.#take('word', this.#numberEnd(this.at + 1))
    if (code === 39) return this.#take('quoted', this.#string(this.at, false))
    if (code === 34) return this.#take('quoted', closing(this.text, this.at + 1, this.end, '"'))
    if (code === 36) return this.#dollar()
    return this.#take('sign', this.at + 1)
  }

  /** Whether the token is this character. */
  isSign(code: number): boolean {
    return this.kind === 'sign' && this.text.charCodeAt(this.start) === code
  }

  /** The token in lower case if it is a word, else ''. */
  get keyword(): string {
    return this.kind === 'word' ? this.text.slice(this.start, this.at).toLowerCase() : ''
  }

  #take(kind: TokenKind, at: number): true {
    this.kind = kind
    this.at = Math.min(at, this.end)
    return true
  }

  #word(first: number): true {
    const second = this.text.charCodeAt(this.at + 1)
    if (second === 39) {
      if (first === 69 || first === 101) return this.#take('quoted', this.#string(this.at + 1, true))
      if ('bBxXnN'.includes(String.fromCharCode(first)))
        return this.#take('quoted', this.#string(this.at + 1, false))
    }
    return this.#take('word', this.#wordEnd(this.at + 1))
  }

  /** A dollar sign is no part of a number, as it is of a name. */
  #numberEnd(from: number): number {
    let at = from
    while (at < this.end && this.text[at] !== '$' && isWordPart(this.text.charCodeAt(at))) at++
    return at
  }

  #wordEnd(from: number): number {
    let at = from
    while (at < this.end && isWordPart(this.text.charCodeAt(at))) at++
    return at
  }

  /** The end of a string whose opening quote is at `from`, with what continues it on a later line. */
  #string(from: number, backslashes: boolean): number {
    const { text, end } = this
    let at = from
    for (;;) {
      at = backslashes ? closingEscaped(text, at + 1, end) : closing(text, at + 1, end, "'")
      const next = continuation(text, at, end)
      if (next < 0) return at
      at = next
    }
  }

  #dollar(): true {
    const { text, at, end } = this
    let tag = at + 1
    if (isWordStart(text.charCodeAt(tag))) {
      while (tag < end && text.charCodeAt(tag) !== 36 && isWordPart(text.charCodeAt(tag))) tag++
    }
    if (text.charCodeAt(tag) !== 36 || tag >= end) return this.#take('sign', at + 1)
    const quote = text.slice(at, tag + 1)
    const close = text.indexOf(quote, tag + 1)
    return this.#take('quoted', close < 0 ? end : close + quote.length)
  }
}

/** The offset of the first character at or after `from` that is neither white space nor in a comment. */
export function skipBlank(text: string, from: number, to: number = text.length): number {
  let at = from
  while (at < to) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) at++
    else if (code === 45 && text.charCodeAt(at + 1) === 45) at = lineEnd(text, at, to)
    else if (code === 47 && text.charCodeAt(at + 1) === 42) at = skipComment(text, at, to)
    else break
  }
  return Math.min(at, to)
}

/** The offset of the line feed or carriage return that ends the line, or `to`. */
export function lineEnd(text: string, from: number, to: number): number {
  let at = from
  while (at < to && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++
  return at
}

/** Tab to carriage return, and the space: nothing else separates in PostgreSQL. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

export function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || (code >= 48 && code <= 57) || code === 36
}

/** The offset after a block comment that starts at `from`, those in it included. */
export function skipComment(text: string, from: number, to: number): number {
  let depth = 0
  let at = from
  while (at < to) {
    const code = text.charCodeAt(at)
    if (code === 47 && text.charCodeAt(at + 1) === 42) {
      depth++
      at += 2
    } else if (code === 42 && text.charCodeAt(at + 1) === 47) {
      depth--
      at += 2
      if (depth === 0) return at
    } else at++
  }
  return to
}

/** The offset after the quote that closes what `from` is in; a doubled quote is a quote. */
function closing(text: string, from: number, to: number, quote: string): number {
  let at = from
  for (;;) {
    const close = text.indexOf(quote, at)
    if (close < 0 || close >= to) return to
    if (text[close + 1] !== quote || close + 1 >= to) return close + 1
    at = close + 2
  }
}

function closingEscaped(text: string, from: number, to: number): number {
  let at = from
  while (at < to) {
    const code = text.charCodeAt(at)
    if (code === 92) at += 2
    else if (code === 39) {
      if (text.charCodeAt(at + 1) !== 39) return at + 1
      at += 2
    } else at++
  }
  return to
}

/** The opening quote of a string's next part: only white space with a line end, and line comments, may stand between. */
function continuation(text: string, from: number, to: number): number {
  let at = from
  let newLine = false
  while (at < to) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) newLine = true
    if (isSpace(code)) at++
    else if (newLine && code === 45 && text.charCodeAt(at + 1) === 45) at = lineEnd(text, at, to)
    else return newLine && code === 39 ? at : -1
  }
  return -1
}
