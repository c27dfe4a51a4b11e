import type { Finding } from '../findings/finding.ts'

/** What a reader is told: debt that a later file repaired is counted, not told; `quiet` leaves the errors alone. */
export function toldFindings(findings: readonly Finding[], quiet: boolean): Finding[] {
  return findings.filter(
    ({ severity, repairedBy }) =>
      severity === 'error' || (!quiet && (severity === 'warning' || repairedBy === null)),
  )
}

/** The help, where the fix does not say the same. */
export function helpBeside({ help, fix }: Finding): string | null {
  return help === null || (fix !== null && help.includes(fix)) ? null : help
}
