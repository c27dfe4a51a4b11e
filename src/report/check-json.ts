import type { CheckResult } from '../findings/check-result.ts'
import type { Finding, Severity } from '../findings/finding.ts'
import { LineIndex } from '../findings/position.ts'

/** The result as `docs/json.md` describes it. */
export function checkJson(result: CheckResult, version: string): string {
  const lines = new Map([...result.texts].map(([file, text]) => [file, new LineIndex(text)]))
  const { files, statements, relations, unmodelled, server, notCompared, suppressed, baselined, findings } =
    result
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length
  const report = {
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
    findings: findings.map((finding) => findingJson(finding, lines)),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function findingJson(finding: Finding, lines: ReadonlyMap<string, LineIndex>): object {
  const { check, severity, subject, message, help, file, source, fingerprint, fix, repairedBy } = finding
  const index = source === null ? undefined : lines.get(source.file)
  const from = source === null ? undefined : index?.positionOf(source.start)
  const to = source === null ? undefined : index?.positionOf(source.end)
  return {
    check,
    severity,
    subject,
    message,
    help,
    file: source?.file ?? file,
    line: from?.line ?? null,
    column: from?.column ?? null,
    endLine: to?.line ?? null,
    endColumn: to?.column ?? null,
    fingerprint,
    fix,
    repairedBy,
  }
}
