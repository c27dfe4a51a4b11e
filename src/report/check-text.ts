import type { CheckResult, ReadServer } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { withoutPasswords } from '../findings/passwords.ts'
import { LineIndex } from '../findings/position.ts'
import type { Provenance } from '../model/schema-model.ts'
import { displayName } from '../sql/identifiers.ts'
import { codeFrame } from './code-frame.ts'
import { type Colors, count, printable, printableLine } from './terminal.ts'

export interface TextOptions {
  readonly colors: Colors
  /** Errors only, and no hints. */
  readonly quiet: boolean
}

/** The findings for a reader: by file, each with its statement, and a summary in the end. */
export function checkText(result: CheckResult, { colors, quiet }: TextOptions): string {
  const told = result.findings.filter(
    ({ severity, repairedBy }) =>
      severity === 'error' || (!quiet && (severity === 'warning' || repairedBy === null)),
  )
  const lines = new Map(
    [...result.texts].map(([file, text]) => [file, new LineIndex(withoutPasswords(text))]),
  )
  const blocks: string[] = []
  let before: Finding | null = null
  for (const group of alike(told)) {
    const [finding, ...others] = group
    if (before === null || finding.file !== before.file)
      blocks.push(colors.underline(headingOf(finding, result)))
    blocks.push(findingBlock(finding, others, before, lines, colors))
    before = others.at(-1) ?? finding
  }
  if (!quiet && told.length > tableFrom) blocks.push(countsTable(told, colors))
  if (!quiet || told.length > 0) blocks.push(summary(result, colors, quiet))
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`
}

/** The file, or the database for what stands in none. */
function headingOf({ file }: Finding, { server }: CheckResult): string {
  return printableLine(file ?? (server === null ? 'no file' : serverName(server)))
}

type Group = readonly [Finding, ...Finding[]]

/** What one file says several times in the same words is told once. */
function alike(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, [Finding, ...Finding[]]>()
  for (const finding of findings) {
    const key = JSON.stringify([
      finding.file,
      finding.check,
      finding.severity,
      finding.message,
      finding.repairedBy,
    ])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding])
    else group.push(finding)
  }
  return [...groups.values()]
}

function findingBlock(
  finding: Finding,
  others: readonly Finding[],
  before: Finding | null,
  lines: ReadonlyMap<string, LineIndex>,
  colors: Colors,
): string {
  const { check, severity, message, help, source, fix, repairedBy } = finding
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
  const isSaid = before?.file === finding.file && help === before.help
  if (help !== null && !isSaid && (fix === null || !help.includes(fix))) {
    rows.push(...labelled('help', help, colors))
  }
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

/** Up to so many findings the reader has counted himself. */
const tableFrom = 10

/** How many findings each check has, the most severe and most frequent first. */
function countsTable(findings: readonly Finding[], colors: Colors): string {
  const counts = new Map<string, { severity: Severity; check: string; count: number }>()
  for (const { severity, check } of findings) {
    const key = `${severity} ${check}`
    const row = counts.get(key) ?? { severity, check, count: 0 }
    counts.set(key, { ...row, count: row.count + 1 })
  }
  const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 }
  const rows = [...counts.values()].sort(
    (a, b) => rank[a.severity] - rank[b.severity] || b.count - a.count || (a.check < b.check ? -1 : 1),
  )
  const width = String(Math.max(...rows.map((row) => row.count))).length
  return rows
    .map((row) => `${String(row.count).padStart(width)} ${paint(row.severity, colors)} ${row.check}`)
    .join('\n')
}

function labelled(label: string, text: string, colors: Colors): string[] {
  const [first = '', ...rest] = printable(text).trimEnd().split('\n')
  const indent = ' '.repeat(label.length + 4)
  return [`  ${colors.cyan(`${label}:`)} ${first}`, ...rest.map((row) => indent + row)]
}

function paint(severity: Severity, colors: Colors): string {
  const color = { error: colors.red, warning: colors.yellow, info: colors.blue }[severity]
  return color(`${severity}:`)
}

function summary(result: CheckResult, colors: Colors, quiet: boolean): string {
  const { findings, unmodelled, notCompared } = result
  const bySeverity = (severity: Severity) =>
    findings.filter((finding) => finding.severity === severity && finding.repairedBy === null).length
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  const infos = bySeverity('info')
  const repaired = findings.filter(
    ({ severity, repairedBy }) => severity === 'info' && repairedBy !== null,
  ).length
  const counts = [count(errors, 'error'), count(warnings, 'warning')]
  if (infos > 0) counts.push(`${infos} info`)
  if (repaired > 0) counts.push(`${repaired} repaired by a later file`)
  const gaps = [
    unmodelled > 0 ? ` ${count(unmodelled, 'statement')} could not be modelled.` : '',
    notCompared ? ` ${count(notCompared, 'fact')} could not be compared.` : '',
    acceptedText(result),
  ].join('')
  const verdict =
    errors > 0
      ? colors.red(counts.join(', '))
      : warnings > 0
        ? colors.yellow(counts.join(', '))
        : colors.green(counts.join(', '))
  const line = `${errors > 0 ? 'Rejected: ' : ''}${verdict} in ${whatWasRead(result)}.${gaps}`
  const example = findings.find(({ severity }) => severity === 'error')?.check
  if (quiet || example === undefined) return line
  return `${line}\n${colors.dim(`An error can show one customer's rows to another. What a finding means: ringfence explain ${example}`)}`
}

function acceptedText({ suppressed, baselined }: CheckResult): string {
  const places = [
    ...(suppressed > 0 ? [`${suppressed} in the SQL`] : []),
    ...(baselined > 0 ? [`${baselined} by the baseline`] : []),
  ]
  return places.length === 0 ? '' : ` Accepted: ${places.join(', ')}.`
}

function whatWasRead({ files, statements, relations, server }: CheckResult): string {
  const read = files === 0 ? [] : [count(files, 'file'), count(statements, 'statement')]
  const counts = [...read, count(relations, 'relation')].join(', ')
  return server === null ? counts : `${counts} of ${printableLine(serverName(server))}`
}

function serverName({ database, version }: ReadServer): string {
  const place = database === null ? 'the server that ran them' : `the database ${displayName(database)}`
  return `${place} (PostgreSQL ${version})`
}
