import type { Finding, Severity } from '../findings/finding.ts'
import { fingerprintOf } from '../findings/fingerprint.ts'
import type { Life } from './lifecycle.ts'

/** Repaired debt is information, unless the file that brings it is what was asked about. */
export function findingOf(
  { defect, file, source, repairedBy }: Life,
  severity: Severity,
  asked: boolean,
): Finding {
  const { check, found } = defect
  return {
    check: check.id,
    severity: repairedBy === null || asked ? severity : 'info',
    subject: found.subject,
    message: found.message,
    help: found.help ?? null,
    file,
    source,
    fingerprint: fingerprintOf(check.id, found.subject),
    fix: check.fix?.(found) ?? null,
    repairedBy,
  }
}

/** In the order of the history, then of the file; what stands in no file comes first. */
export function inOrder(findings: readonly Finding[], files: readonly string[]): Finding[] {
  const order = new Map(files.map((file, at) => [file, at]))
  const placeOf = ({ file }: Finding) => (file === null ? -1 : (order.get(file) ?? 0))
  return [...findings].sort((a, b) => placeOf(a) - placeOf(b) || byPlace(a, b))
}

function byPlace(a: Finding, b: Finding): number {
  return (
    (a.source?.start ?? 0) - (b.source?.start ?? 0) ||
    compare(a.subject, b.subject) ||
    compare(a.check, b.check)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
