import { check as runCheck } from '../run/check.ts'
import { type FindingsOptions, reportRun } from './report-run.ts'

export function check(paths: readonly string[], options: FindingsOptions): Promise<number> {
  return reportRun(paths, options, runCheck)
}
