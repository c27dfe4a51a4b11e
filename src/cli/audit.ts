import { checkJson } from '../report/check-json.ts'
import { checkText } from '../report/check-text.ts'
import { audit as runAudit } from '../run/audit.ts'
import { formatOf, requestOf } from './options.ts'
import { colorsFor, writeNotes, writeResult } from './output.ts'
import { withProgress } from './progress.ts'
import { type ServerOptions, serverRequestOf } from './server-options.ts'
import { verdictOf } from './verdict.ts'
import { version } from './version.ts'

interface AuditOptions extends ServerOptions {
  readonly maxWarnings?: number
}

/** `RINGFENCE_DATABASE_URL` keeps a password out of the command line, which every user of the machine can read. */
export async function audit(paths: readonly string[], given: AuditOptions): Promise<number> {
  const { RINGFENCE_DATABASE_URL: databaseUrl } = process.env
  const options = databaseUrl ? { databaseUrl, ...given } : given
  const format = formatOf(options)
  const request = await requestOf(paths, options)
  const { result, notes } = await withProgress(options, (onProgress) =>
    runAudit(request, serverRequestOf(options, onProgress)),
  )
  writeNotes(notes, options)
  const text =
    format === 'json'
      ? checkJson(result, version())
      : checkText(result, { colors: colorsFor(options), quiet: options.quiet })
  writeResult(text, options)
  return verdictOf(result, options)
}
