import type { CheckResult } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { type Place, placesIn } from './place.ts'
import { printable } from './terminal.ts'
import { helpBeside, toldFindings } from './told.ts'

const commands: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' }

/**
 * Annotations, as the commands that GitHub's runner reads from a log; errors first, since it shows no more than ten of a kind for
 * a step. Written by hand: `@actions/core` prints them itself, and brings an HTTP client.
 */
export function checkGithub(result: CheckResult, quiet: boolean): string {
  const placeOf = placesIn(result.texts)
  const told = toldFindings(result.findings, quiet)
  const inOrder = (['error', 'warning', 'info'] as const).flatMap((one) =>
    told.filter(({ severity }) => severity === one),
  )
  return inOrder.map((finding) => `${annotation(finding, placeOf(finding))}\n`).join('')
}

function annotation(finding: Finding, place: Place | null): string {
  const { check, severity, message, fix } = finding
  const properties = [...placeProperties(place), ['title', `ringfence: ${check}`] as const]
  const help = helpBeside(finding)
  const text = [message, ...(help === null ? [] : [help]), ...(fix === null ? [] : [`Fix:\n${fix}`])].join(
    '\n',
  )
  return `::${commands[severity]} ${properties.map(([name, value]) => `${name}=${escapedProperty(value)}`).join(',')}::${escapedData(printable(text))}`
}

/** The runner takes columns only where a single line is meant. */
function placeProperties(place: Place | null): (readonly [string, string])[] {
  if (place === null) return []
  const { file, region } = place
  if (region === null) return [['file', file]]
  const { line, column, endLine, endColumn } = region
  const columns =
    line === endLine
      ? ([
          ['col', String(column)],
          ['endColumn', String(endColumn)],
        ] as const)
      : []
  return [['file', file], ['line', String(line)], ['endLine', String(endLine)], ...columns]
}

function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapedProperty(text: string): string {
  return escapedData(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
