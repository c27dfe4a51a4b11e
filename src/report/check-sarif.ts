import { pathToFileURL } from 'node:url'
import type { ArtifactLocation, Location, Log, Notification, ReportingDescriptor, Result } from 'sarif'
import type { CheckResult } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { type DescribedCheck, paragraphs } from './check-page.ts'
import { checkPageMarkdown } from './check-page-markdown.ts'
import { jsonText } from './json-text.ts'
import { type Place, placesIn } from './place.ts'
import { count, printable } from './terminal.ts'
import { helpBeside, toldFindings } from './told.ts'

export interface SarifOptions {
  readonly version: string
  readonly checks: readonly DescribedCheck[]
  /** Errors only. */
  readonly quiet: boolean
}

/**
 * SARIF 2.1.0, with the checks that found something as rules. Written as the objects of the format, held against
 * `@types/sarif`: the builder that is kept (node-sarif-builder) adds setters for a part of them, and asks for a newer Node.js.
 */
export function checkSarif(result: CheckResult, { version, checks, quiet }: SarifOptions): string {
  const placeOf = placesIn(result.texts)
  const told = toldFindings(result.findings, quiet)
  const ids = [...new Set(told.map(({ check }) => check))].sort()
  const log: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'ringfence',
            semanticVersion: version,
            rules: ids.map((id) =>
              ruleOf(
                id,
                checks.find((check) => check.id === id),
                told,
              ),
            ),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          [root]: { description: { text: 'The root of the repository, or where ringfence was started.' } },
        },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: gapsOf(result) }],
        results: told.map((finding) => resultOf(finding, ids.indexOf(finding.check), placeOf(finding))),
      },
    ],
  }
  return jsonText(log)
}

const root = '%SRCROOT%'

const levels = { error: 'error', warning: 'warning', info: 'note' } as const

/** What GitHub sorts alerts by: high, medium, low. */
const securitySeverity: Record<Severity, string> = { error: '8.0', warning: '5.0', info: '2.0' }

function ruleOf(
  id: string,
  check: DescribedCheck | undefined,
  findings: readonly Finding[],
): ReportingDescriptor {
  const told = findings.filter((finding) => finding.check === id).map(({ severity }) => severity)
  const severity = (['error', 'warning', 'info'] as const).find((one) => told.includes(one)) ?? 'info'
  const properties = { tags: ['security'], 'security-severity': securitySeverity[severity] }
  if (check === undefined) return { id, properties }
  const why = paragraphs(check.rationale)
  return {
    id,
    shortDescription: { text: check.title },
    fullDescription: { text: why.join('\n\n') },
    help: {
      text: [...why, ...paragraphs(`When to accept it: ${check.accept}`)].join('\n\n'),
      markdown: checkPageMarkdown(check),
    },
    defaultConfiguration: { level: levels[check.severity] },
    properties,
  }
}

function resultOf(finding: Finding, ruleIndex: number, place: Place | null): Result {
  const { check, severity, subject, message, fix, fingerprint } = finding
  const help = helpBeside(finding)
  return {
    ruleId: check,
    ruleIndex,
    level: levels[severity],
    message: { text: messageText(help === null ? [message] : [message, help]) },
    locations: [locationOf(subject, place)],
    partialFingerprints: { 'checkAndSubject/v1': fingerprint },
    ...(fix === null ? {} : { properties: { fix } }),
  }
}

/** In a message of SARIF braces enclose the number of an argument, and a bracket before a parenthesis makes a link. */
function messageText(texts: readonly string[]): string {
  return printable(texts.join('\n\n')).replace(/[{}]/g, '$&$&').replaceAll('](', '] (')
}

function locationOf(subject: string, place: Place | null): Location {
  const logicalLocations = [{ fullyQualifiedName: printable(subject) }]
  if (place === null) return { logicalLocations }
  const artifactLocation = artifactOf(place.file)
  const { region } = place
  return {
    physicalLocation: {
      artifactLocation,
      ...(region === null
        ? {}
        : {
            region: {
              startLine: region.line,
              startColumn: region.column,
              endLine: region.endLine,
              endColumn: region.endColumn,
            },
          }),
    },
    logicalLocations,
  }
}

function artifactOf(file: string): ArtifactLocation {
  if (file.startsWith('/')) return { uri: pathToFileURL(file).href }
  const uri = file.split('/').map(encodeURIComponent).join('/')
  return file.startsWith('../') ? { uri } : { uri, uriBaseId: root }
}

/** What was not judged. */
function gapsOf({ unmodelled, notCompared }: CheckResult): Notification[] {
  const gaps = [
    ...(unmodelled > 0 ? [`${count(unmodelled, 'statement')} could not be modelled.`] : []),
    ...(notCompared ? [`${count(notCompared, 'fact')} could not be compared with the migrations.`] : []),
  ]
  return gaps.map((text) => ({ level: 'warning', message: { text } }))
}
