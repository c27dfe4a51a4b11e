import type { CheckResult } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { LineIndex } from '../findings/position.ts'
import { codeFrame } from './code-frame.ts'
import { type Colors, count, printable } from './terminal.ts'

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
  const lines = new Map([...result.texts].map(([file, text]) => [file, new LineIndex(text)]))
  const blocks: string[] = []
  let file: string | null = null
  for (const finding of told) {
    if (finding.file !== file) blocks.push(colors.underline(printable(finding.file)))
    file = finding.file
    blocks.push(findingBlock(finding, lines, colors))
  }
  if (!quiet || told.length > 0) blocks.push(summary(result, colors, quiet))
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`
}

function findingBlock(finding: Finding, lines: ReadonlyMap<string, LineIndex>, colors: Colors): string {
  const { check, severity, message, help, source, fix, repairedBy } = finding
  const index = source === null ? undefined : lines.get(source.file)
  const rows = [`${paint(severity, colors)} ${colors.bold(printable(message))} ${colors.dim(`[${check}]`)}`]
  if (source !== null && index !== undefined) {
    const { line, column } = index.positionOf(source.start)
    rows.push(
      colors.dim(`  at ${printable(source.file)}:${line}:${column}`),
      ...codeFrame(index, source, colors),
    )
  }
  if (help !== null && (fix === null || !help.includes(fix))) rows.push(...labelled('help', help, colors))
  if (fix !== null) rows.push(...labelled('fix', fix, colors))
  if (repairedBy !== null) rows.push(...labelled('note', `repaired by ${repairedBy}`, colors))
  return rows.join('\n')
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
  const { findings, files, statements, relations, unmodelled } = result
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
  const read = [count(files, 'file'), count(statements, 'statement'), count(relations, 'relation')].join(', ')
  const gaps = unmodelled > 0 ? ` ${count(unmodelled, 'statement')} could not be modelled.` : ''
  const verdict =
    errors > 0
      ? colors.red(counts.join(', '))
      : warnings > 0
        ? colors.yellow(counts.join(', '))
        : colors.green(counts.join(', '))
  const line = `${errors > 0 ? 'Rejected: ' : ''}${verdict} in ${read}.${gaps}`
  const example = findings.find(({ severity }) => severity === 'error')?.check
  if (quiet || example === undefined) return line
  return `${line}\n${colors.dim(`An error can show one customer's rows to another. What a finding means: ringfence explain ${example}`)}`
}
