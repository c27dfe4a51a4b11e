import type { Comment } from '../sql/comments.ts'
import type { Span } from '../sql/split.ts'
import { type Misspelt, readSuppression, type Suppression } from './suppression.ts'

/** A line of a comment that means to accept something, and where it stands. */
export interface WrittenSuppression extends Span {
  readonly said: Suppression | Misspelt
  /** Where the comment starts. */
  readonly comment: number
}

/** What the comments of a text accept, or mean to. `checks`: the known ids. */
export function writtenSuppressions(
  text: string,
  comments: Iterable<Comment>,
  checks: readonly string[],
): WrittenSuppression[] {
  const written: WrittenSuppression[] = []
  for (const comment of comments) {
    for (const line of linesOf(text, comment)) {
      const said = readSuppression(text.slice(line.start, line.end), checks)
      if (said !== null)
        written.push({ said, comment: comment.start, start: firstOf(comment, line), end: line.end })
    }
  }
  return written
}

/** A line comment is pointed at with its sign. */
function firstOf({ kind, start }: Comment, line: Span): number {
  return kind === 'line' ? start : line.start
}

/** What the lines of a comment say: without its signs, and a block comment's without the stars that they begin with. */
function linesOf(text: string, { kind, start, end }: Comment): Span[] {
  const from = start + 2
  if (kind === 'line') return [trimmed(text, from, end, isBlank)]
  const to = text.startsWith('*/', end - 2) && end - 2 >= from ? end - 2 : end
  const lines: Span[] = []
  let at = from
  for (const line of text.slice(from, to).split(/\r\n|\r|\n/)) {
    const found = text.indexOf(line, at)
    lines.push(trimmed(text, found, found + line.length, isBlankOrStar))
    at = found + line.length
  }
  return lines
}

function trimmed(text: string, from: number, to: number, isLeading: (character: string) => boolean): Span {
  let start = from
  let end = to
  while (start < end && isLeading(text[start] ?? '')) start++
  while (end > start && isBlank(text[end - 1] ?? '')) end--
  return { start, end }
}

function isBlank(character: string): boolean {
  return /\s/.test(character)
}

function isBlankOrStar(character: string): boolean {
  return character === '*' || isBlank(character)
}
