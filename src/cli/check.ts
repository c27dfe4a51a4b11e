import { checkJson } from '../report/check-json.ts'
import { checkText } from '../report/check-text.ts'
import { check as runCheck } from '../run/check.ts'
import { formatOf, requestOf } from './options.ts'
import { colorsFor, writeNotes, writeResult } from './output.ts'
import { withProgress } from './progress.ts'
import { type ServerOptions, serverRequestOf } from './server-options.ts'
import { verdictOf } from './verdict.ts'
import { version } from './version.ts'

interface CheckOptions extends ServerOptions {
  readonly maxWarnings?: number
}

export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const format = formatOf(options)
  const request = await requestOf(paths, options)
  const { result, notes } = await withProgress(options, (onProgress) =>
    runCheck(request, serverRequestOf(options, onProgress)),
  )
  writeNotes(notes, options)
  const text =
    format === 'json'
      ? checkJson(result, version())
      : checkText(result, { colors: colorsFor(options), quiet: options.quiet })
  writeResult(text, options)
  return verdictOf(result, options)
}
