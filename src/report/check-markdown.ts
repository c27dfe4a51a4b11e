import picocolors from 'picocolors'
import type { CheckResult } from '../findings/check-result.ts'
import type { Finding } from '../findings/finding.ts'
import type { LineIndex } from '../findings/position.ts'
import { codeFrame } from './code-frame.ts'
import { shownLines } from './finding-block.ts'
import { code, fenced, prose } from './markdown.ts'
import { type Place, placesIn } from './place.ts'
import { headingOf, summaryOf } from './summary.ts'
import { count } from './terminal.ts'
import { helpBeside, toldFindings } from './told.ts'

/** GitHub shows a summary of a megabyte and no larger one. */
const shownRows = 200
const shownFindings = 20

/** A page of GitHub's or GitLab's Markdown: the verdict, a table of all findings, and the first ones with their statements. */
export function checkMarkdown(result: CheckResult, quiet: boolean): string {
  const told = toldFindings(result.findings, quiet)
  const { errors, counts, rest } = summaryOf(result)
  const places = placesIn(result.texts)
  const lines = shownLines(result)
  const blocks = [
    `## ringfence: ${errors > 0 ? 'rejected' : 'passed'}`,
    `**${counts}** ${prose(rest)}`,
    ...(told.length === 0 ? [] : [table(told, (finding) => placeText(finding, places(finding), result))]),
    ...told.slice(0, shownFindings).map((finding) => section(finding, lines)),
  ]
  if (told.length > shownFindings) {
    blocks.push(`The statements of ${count(told.length - shownFindings, 'more finding')} are not shown.`)
  }
  return `${blocks.join('\n\n')}\n`
}

function table(findings: readonly Finding[], placeOf: (finding: Finding) => string): string {
  const rows = findings
    .slice(0, shownRows)
    .map(
      (finding) =>
        `| ${finding.severity} | ${code(finding.check)} | ${code(finding.subject)} | ${code(placeOf(finding))} |`,
    )
  const more = findings.length - rows.length
  if (more > 0) rows.push(`| | and ${more} more | | |`)
  return ['| severity | check | subject | place |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function placeText(finding: Finding, place: Place | null, result: CheckResult): string {
  if (place === null) return headingOf(finding, result)
  return place.region === null ? place.file : `${place.file}:${place.region.line}`
}

const plain = picocolors.createColors(false)

function section(finding: Finding, lines: ReadonlyMap<string, LineIndex>): string {
  const { check, severity, message, source, fix } = finding
  const index = source === null ? undefined : lines.get(source.file)
  const help = helpBeside(finding)
  return [
    `### ${severity}: ${prose(check)}`,
    prose(message),
    ...(source === null || index === undefined
      ? []
      : [fenced('text', codeFrame(index, source, plain).join('\n'))]),
    ...(help === null ? [] : [`**Help:** ${prose(help)}`]),
    ...(fix === null ? [] : ['**Fix**, in a new migration:', fenced('sql', fix)]),
  ].join('\n\n')
}
