import type { CheckResult } from '../findings/check-result.ts'
import { checkJson } from '../report/check-json.ts'
import { checkText } from '../report/check-text.ts'
import type { RunRequest } from '../run/request.ts'
import type { ServerRequest } from '../run/server-request.ts'
import { exitCodes } from './exit-codes.ts'
import { formatOf, requestOf } from './options.ts'
import { colorsFor, writeNotes, writeResult } from './output.ts'
import { withProgress } from './progress.ts'
import { type ServerOptions, serverRequestOf } from './server-options.ts'
import { version } from './version.ts'

/** The options of commands that tell findings. */
export interface FindingsOptions extends ServerOptions {
  readonly maxWarnings?: number
}

type Run = (
  request: RunRequest,
  server: ServerRequest,
) => Promise<{ readonly result: CheckResult; readonly notes: readonly string[] }>

/** Runs what finds, writes what it found in the format that is asked for, and gives the exit code. */
export async function reportRun(
  paths: readonly string[],
  options: FindingsOptions,
  run: Run,
): Promise<number> {
  const format = formatOf(options)
  const request = await requestOf(paths, options)
  const { result, notes } = await withProgress(options, (onProgress) =>
    run(request, serverRequestOf(options, onProgress)),
  )
  writeNotes(notes, options)
  const text =
    format === 'json'
      ? checkJson(result, version())
      : checkText(result, { colors: colorsFor(options), quiet: options.quiet })
  writeResult(text, options)
  return verdictOf(result, options)
}

/** Errors block, and warnings beyond `--max-warnings`. */
function verdictOf({ findings }: CheckResult, { maxWarnings = Infinity }: FindingsOptions): number {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  return errors > 0 || warnings > maxWarnings ? exitCodes.findings : exitCodes.clean
}
