import type { CheckResult } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { jsonText } from './json-text.ts'
import { type Place, placesIn } from './place.ts'

/** The result as `docs/json.md` describes it. */
export function checkJson(result: CheckResult, version: string): string {
  const placeOf = placesIn(result.texts)
  const { files, statements, relations, unmodelled, server, notCompared, suppressed, baselined, findings } =
    result
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length
  return jsonText({
    tool: { name: 'ringfence', version },
    summary: {
      files,
      statements,
      relations,
      unmodelled,
      notCompared,
      findings: { error: count('error'), warning: count('warning'), info: count('info') },
      suppressed,
      baselined,
    },
    server,
    findings: findings.map((finding) => findingJson(finding, placeOf(finding))),
  })
}

function findingJson(finding: Finding, place: Place | null): object {
  const { check, severity, subject, message, help, fingerprint, fix, repairedBy } = finding
  const region = place?.region
  return {
    check,
    severity,
    subject,
    message,
    help,
    file: place?.file ?? null,
    line: region?.line ?? null,
    column: region?.column ?? null,
    endLine: region?.endLine ?? null,
    endColumn: region?.endColumn ?? null,
    fingerprint,
    fix,
    repairedBy,
  }
}
