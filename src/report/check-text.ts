import type { CheckResult } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { findingBlock, paint, shownLines } from './finding-block.ts'
import { headingOf, summaryOf } from './summary.ts'
import type { Colors } from './terminal.ts'
import { toldFindings } from './told.ts'

export interface TextOptions {
  readonly colors: Colors
  /** Errors only, and no hints. */
  readonly quiet: boolean
}

/** The findings for a reader: by file, each with its statement, and a summary in the end. */
export function checkText(result: CheckResult, { colors, quiet }: TextOptions): string {
  const told = toldFindings(result.findings, quiet)
  const lines = shownLines(result)
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
  const isEmpty = result.files === 0 && result.server === null
  if (told.length > 0 || !(quiet || isEmpty)) blocks.push(summary(result, colors, quiet))
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`
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

function summary(result: CheckResult, colors: Colors, quiet: boolean): string {
  const { errors, warnings, counts, rest } = summaryOf(result)
  const paintCounts = errors > 0 ? colors.red : warnings > 0 ? colors.yellow : colors.green
  const line = `${errors > 0 ? 'Rejected: ' : ''}${paintCounts(counts)} ${rest}`
  const example = result.findings.find(({ severity }) => severity === 'error')?.check
  if (quiet || example === undefined) return line
  return `${line}\n${colors.dim(`An error can show one customer's rows to another. What a finding means: ringfence explain ${example}`)}`
}
