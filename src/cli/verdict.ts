import type { CheckResult } from '../findings/check-result.ts'
import { exitCodes } from './exit-codes.ts'

/** The exit code that a result asks for: errors block, and warnings beyond `--max-warnings`. */
export function verdictOf(
  { findings }: CheckResult,
  { maxWarnings = Infinity }: { maxWarnings?: number },
): number {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  return errors > 0 || warnings > maxWarnings ? exitCodes.findings : exitCodes.clean
}
