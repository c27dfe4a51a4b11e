import type { LineIndex } from '../findings/position.ts'
import type { Provenance } from '../model/schema-model.ts'
import { type Colors, printable } from './terminal.ts'

/** How many lines of a long statement are shown before the rest is left out. */
const shownLines = 6

/** How much of a long line is shown: dumps and generated migrations have some of megabytes. */
const shownWidth = 200

/** The statement with line numbers, its first line underlined. */
export function codeFrame(lines: LineIndex, { start, end }: Provenance, colors: Colors): string[] {
  const from = lines.positionOf(start)
  const to = lines.positionOf(end)
  const last = Math.min(to.line, from.line + shownLines - 1)
  const width = String(last).length
  const gutter = (mark: string) => colors.dim(`${mark.padStart(width)} |`)
  const frame: string[] = []
  for (let number = from.line; number <= last; number++) {
    const text = lines.line(number)
    const first = number === from.line ? from.column - 1 : 0
    const { shown, before } = cut(text, first)
    frame.push(`${gutter(String(number))} ${printable(shown)}`)
    if (number > from.line) continue
    const end = number === to.line ? Math.min(to.column - 1, text.length) : text.trimEnd().length
    const marked = Math.min(end - first, shown.length - before)
    if (marked > 0)
      frame.push(`${gutter('')} ${blank(shown.slice(0, before))}${colors.red('^'.repeat(marked))}`)
  }
  if (last < to.line) frame.push(`${gutter('')} ${colors.dim(`... to line ${to.line}`)}`)
  return frame
}

/** White space as wide as the text, tabs kept. */
function blank(text: string): string {
  return text.replace(/[^\t]/g, ' ')
}

/** A line as it is shown, so that `from` is in it, and how much of that stands before `from`. */
function cut(line: string, from: number): { readonly shown: string; readonly before: number } {
  const left = from > shownWidth / 2 ? from : 0
  const kept = line.slice(left, left + shownWidth)
  const [head, tail] = [left > 0 ? '... ' : '', left + shownWidth < line.length ? ' ...' : '']
  return { shown: head + kept + tail, before: head.length + from - left }
}
