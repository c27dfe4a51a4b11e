import type { LineIndex } from '../findings/position.ts'
import type { Provenance } from '../model/schema-model.ts'
import { type Colors, printable } from './terminal.ts'

/** How many lines of a long statement are shown before the rest is left out. */
const shownLines = 6

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
    frame.push(`${gutter(String(number))} ${printable(text)}`)
    if (number > from.line) continue
    const first = from.column - 1
    const stop = number === to.line ? Math.min(to.column - 1, text.length) : text.trimEnd().length
    if (stop > first) {
      frame.push(`${gutter('')} ${blank(text.slice(0, first))}${colors.red('^'.repeat(stop - first))}`)
    }
  }
  if (last < to.line) frame.push(`${gutter('')} ${colors.dim(`... to line ${to.line}`)}`)
  return frame
}

/** White space as wide as the text, tabs kept. */
function blank(text: string): string {
  return text.replace(/[^\t]/g, ' ')
}
