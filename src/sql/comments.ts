import { isSpace, Lexer, lineEnd, skipComment } from './lexer.ts'
import type { Span } from './split.ts'

/** A line comment without the line's end, or a block comment with both of its signs. */
export interface Comment extends Span {
  readonly kind: 'line' | 'block'
}

/** The comments of a stretch of SQL: what stands in strings, quoted names and dollar quotes is none. */
export function* commentsOf(text: string, span: Span): Generator<Comment> {
  const lexer = new Lexer(text, span)
  while (lexer.next()) {
    if (lexer.kind === 'blank') yield* commentsInBlank(text, { start: lexer.start, end: lexer.at })
  }
}

/** The comments of a stretch that is nothing but white space and comments. */
export function* commentsInBlank(text: string, { start, end }: Span): Generator<Comment> {
  let at = start
  while (at < end) {
    if (isSpace(text.charCodeAt(at))) {
      at++
      continue
    }
    const kind = text.charCodeAt(at) === 45 ? 'line' : 'block'
    const after = kind === 'line' ? lineEnd(text, at, end) : skipComment(text, at, end)
    yield { kind, start: at, end: after }
    at = after
  }
}
