import type { CheckResult } from '../findings/check-result.ts'

/** The result with other names for its files. */
export function withPaths(result: CheckResult, pathOf: (file: string) => string): CheckResult {
  const named = (file: string | null) => (file === null ? null : pathOf(file))
  return {
    ...result,
    checked: result.checked.map(pathOf),
    findings: result.findings.map((finding) => ({
      ...finding,
      file: named(finding.file),
      source: finding.source === null ? null : { ...finding.source, file: pathOf(finding.source.file) },
      repairedBy: named(finding.repairedBy),
    })),
    texts: new Map([...result.texts].map(([file, text]) => [pathOf(file), text])),
  }
}
