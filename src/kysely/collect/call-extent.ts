import type { Span } from '../../sql/split.ts'

/**
 * The statement of a program that a call stands in, without what is before and after it: from its first character to the end of the line
 * that the call is on. `offset` is where the call is, as a stack trace tells it: in a chain its last link, many lines below the first.
 *
 * JavaScript is not parsed for it: a chain is followed back over balanced brackets and quotes. Where that leads nowhere, it is the line.
 */
export function callExtent(text: string, offset: number): Span {
  const newline = text.indexOf('\n', offset)
  const end = trimmedEnd(text, newline < 0 ? text.length : newline)
  const line = text.lastIndexOf('\n', offset - 1) + 1
  const start = beginningOf(text, offset) ?? line
  return { start: Math.min(skipBlank(text, start), end), end }
}

const closing = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
])

function beginningOf(text: string, offset: number): number | null {
  const open: string[] = []
  for (let at = offset - 1; at >= 0; at--) {
    const char = text[at] as string
    const opening = closing.get(char)
    if (char === '"' || char === "'" || char === '`') {
      at = text.lastIndexOf(char, at - 1)
      if (at < 0) return null
    } else if (opening !== undefined) open.push(opening)
    else if (open.length > 0) {
      if (char === open.at(-1)) open.pop()
    } else if (char === ';' || char === ',' || char === '(' || char === '[' || char === '{') return at + 1
    else if (char === '\n' && !continues(text, at + 1)) return at + 1
  }
  return open.length === 0 ? 0 : null
}

/** Whether a line goes on with the expression of the one before it. */
function continues(text: string, start: number): boolean {
  const first = text[skipBlank(text, start)]
  return first === undefined || '.?)]}`'.includes(first)
}

function skipBlank(text: string, from: number): number {
  let at = from
  while (/\s/.test(text[at] ?? '')) at++
  return at
}

function trimmedEnd(text: string, end: number): number {
  let at = end
  while (at > 0 && /\s/.test(text[at - 1] ?? '')) at--
  return at
}
