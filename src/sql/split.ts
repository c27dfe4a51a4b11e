/** A part of a text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The offset of the first character at or after `from` that is neither white space nor in a comment. */
export function skipBlank(text: string, from: number, to: number = text.length): number {
  let at = from
  while (at < to) {
    const char = text.charCodeAt(at)
    if (char === 32 || (char >= 9 && char <= 13)) at++
    else if (char === 45 && text.charCodeAt(at + 1) === 45) {
      const line = text.indexOf('\n', at)
      at = line < 0 ? to : line + 1
    } else if (char === 47 && text.charCodeAt(at + 1) === 42) at = skipComment(text, at, to)
    else break
  }
  return Math.min(at, to)
}

function skipComment(text: string, from: number, to: number): number {
  let depth = 0
  let at = from
  while (at < to) {
    if (text.startsWith('/*', at)) {
      depth++
      at += 2
    } else if (text.startsWith('*/', at)) {
      depth--
      at += 2
      if (depth === 0) return at
    } else at++
  }
  return to
}

/** Splits at the semicolons that end statements; joined again, the parts are the span. */
export function splitStatements(text: string, span: Span): Span[] {
  // To be written with the layouts: strings, dollar quotes, comments, BEGIN ATOMIC.
  return [span].filter(() => text.length > 0)
}
