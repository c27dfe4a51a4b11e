import type { CheckResult } from '../findings/check-result.ts'
import type { Severity } from '../findings/finding.ts'
import { jsonText } from './json-text.ts'
import { placesIn } from './place.ts'
import { headingOf } from './summary.ts'
import { printableLine } from './terminal.ts'
import { toldFindings } from './told.ts'

const severities: Record<Severity, string> = { error: 'critical', warning: 'minor', info: 'info' }

/**
 * GitLab's Code Quality report: a list of six members each. What stands in no file is told of the database in its place, since
 * GitLab asks for a path; a fingerprint that comes twice gets a number, since it shows one of a kind.
 */
export function checkGitlab(result: CheckResult, quiet: boolean): string {
  const placeOf = placesIn(result.texts)
  const seen = new Map<string, number>()
  return jsonText(
    toldFindings(result.findings, quiet).map((finding) => {
      const { check, severity, message, fingerprint } = finding
      const place = placeOf(finding)
      const times = (seen.get(fingerprint) ?? 0) + 1
      seen.set(fingerprint, times)
      return {
        description: printableLine(message),
        check_name: check,
        fingerprint: times === 1 ? fingerprint : `${fingerprint}-${times}`,
        severity: severities[severity],
        location: {
          path: place?.file ?? headingOf(finding, result),
          lines: { begin: place?.region?.line ?? 1, end: place?.region?.endLine ?? 1 },
        },
      }
    }),
  )
}
