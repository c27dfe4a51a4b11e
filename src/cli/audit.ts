import { audit as runAudit } from '../run/audit.ts'
import { type FindingsOptions, reportRun } from './report-run.ts'

/** `RINGFENCE_DATABASE_URL` keeps a password out of the command line, which every user of the machine can read. */
export function audit(paths: readonly string[], options: FindingsOptions): Promise<number> {
  const { RINGFENCE_DATABASE_URL: databaseUrl } = process.env
  return reportRun(paths, databaseUrl ? { databaseUrl, ...options } : options, runAudit)
}
