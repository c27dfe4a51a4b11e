import type { CheckResult } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { withoutPasswords } from '../findings/passwords.ts'
import { LineIndex } from '../findings/position.ts'
import type { Provenance } from '../model/schema-model.ts'
import { codeFrame } from './code-frame.ts'
import { type Colors, printable, printableLine } from './terminal.ts'
import { helpBeside } from './told.ts'

/** The lines of each file, without the passwords in them, which are as long. */
export function shownLines({ texts }: CheckResult): ReadonlyMap<string, LineIndex> {
  return new Map([...texts].map(([file, text]) => [file, new LineIndex(withoutPasswords(text))]))
}

/**
 * A finding with its statement, its help and its fix. `others` are the same in other places; what `before` has shown is not
 * shown again.
 */
export function findingBlock(
  finding: Finding,
  others: readonly Finding[],
  before: Finding | null,
  lines: ReadonlyMap<string, LineIndex>,
  colors: Colors,
): string {
  const { check, severity, message, source, fix, repairedBy } = finding
  const index = source === null ? undefined : lines.get(source.file)
  const rows = [
    `${paint(severity, colors)} ${colors.bold(printableLine(message))} ${colors.dim(`[${check}]`)}`,
  ]
  if (source !== null && index !== undefined) {
    const { line, column } = index.positionOf(source.start)
    rows.push(colors.dim(`  at ${printableLine(source.file)}:${line}:${column}`))
    if (!isSame(source, before?.source ?? null)) rows.push(...codeFrame(index, source, colors))
  }
  if (others.length > 0) rows.push(...labelled('note', again(others, lines), colors))
  const help = helpBeside(finding)
  const isSaid = before?.file === finding.file && finding.help === before.help
  if (help !== null && !isSaid) rows.push(...labelled('help', help, colors))
  if (fix !== null) rows.push(...labelled('fix', fix, colors))
  if (repairedBy !== null) rows.push(...labelled('note', `repaired by ${repairedBy}`, colors))
  return rows.join('\n')
}

function isSame(one: Provenance, other: Provenance | null): boolean {
  return one.file === other?.file && one.start === other.start && one.end === other.end
}

const namedLines = 10

function again(others: readonly Finding[], lines: ReadonlyMap<string, LineIndex>): string {
  const numbers = others.flatMap(({ source }) =>
    source === null ? [] : (lines.get(source.file)?.positionOf(source.start).line ?? []),
  )
  const more = numbers.length - namedLines
  const named = numbers.slice(0, namedLines).join(', ') + (more > 0 ? ` and ${more} more` : '')
  return `the same ${others.length === 1 ? 'once more' : `${others.length} times more`} in this file, line ${named}`
}

function labelled(label: string, text: string, colors: Colors): string[] {
  const [first = '', ...rest] = printable(text).trimEnd().split('\n')
  const indent = ' '.repeat(label.length + 4)
  return [`  ${colors.cyan(`${label}:`)} ${first}`, ...rest.map((row) => indent + row)]
}

/** The severity as it stands in front of a message. */
export function paint(severity: Severity, colors: Colors): string {
  const color = { error: colors.red, warning: colors.yellow, info: colors.blue }[severity]
  return color(`${severity}:`)
}
