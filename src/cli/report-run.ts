import { resolve } from 'node:path'
import type { CheckResult } from '../findings/check-result.ts'
import { InputError } from '../findings/input-error.ts'
import type { RunRequest } from '../run/request.ts'
import type { ServerRequest } from '../run/server-request.ts'
import { type BaselineOptions, baselineOf } from './baseline-option.ts'
import { exitCodes } from './exit-codes.ts'
import { type Format, formatNamed, written } from './formats.ts'
import { requestOf } from './options.ts'
import { colorsFor, writeNotes, writeResult } from './output.ts'
import { withProgress } from './progress.ts'
import { type ServerOptions, serverRequestOf } from './server-options.ts'

/** The options of commands that tell findings. */
export interface FindingsOptions extends ServerOptions, BaselineOptions {
  readonly maxWarnings?: number
  /** `format=file`, as often as it is given. */
  readonly report?: readonly string[]
}

type Run = (
  request: RunRequest,
  server: ServerRequest,
) => Promise<{ readonly result: CheckResult; readonly notes: readonly string[] }>

/** Runs what finds, writes what it found in the formats that are asked for, and gives the exit code. */
export async function reportRun(
  paths: readonly string[],
  options: FindingsOptions,
  run: Run,
): Promise<number> {
  const reports = reportsOf(options)
  const asked = await requestOf(paths, options)
  const request = { ...asked, baseline: baselineOf(options, asked.config) }
  const { result, notes } = await withProgress(options, (onProgress) =>
    run(request, serverRequestOf(options, onProgress)),
  )
  writeNotes(notes, options)
  for (const { format, file } of reports) {
    const colors = colorsFor({ color: options.color, file })
    writeResult(await written(format, result, { colors, quiet: options.quiet }), file)
  }
  return verdictOf(result, options)
}

interface Report {
  readonly format: Format
  /** Undefined for stdout. */
  readonly file: string | undefined
}

/** What `--format` and `--output` ask for, after what each `--report` does. */
function reportsOf({ format, output, report = [] }: FindingsOptions): Report[] {
  const reports = [...report.map(reportOf), { format: formatNamed(format), file: output }]
  const files = reports.flatMap(({ file }) => (file === undefined ? [] : [resolve(file)]))
  const twice = files.find((file, at) => files.indexOf(file) !== at)
  if (twice !== undefined) throw new InputError('two reports are to be written to one file', { file: twice })
  return reports
}

function reportOf(text: string): Report {
  const at = text.indexOf('=')
  if (at < 0 || at === text.length - 1) {
    throw new InputError(`--report takes a format and a file, not "${text}"`, {
      hint: 'Such as --report sarif=ringfence.sarif',
    })
  }
  return { format: formatNamed(text.slice(0, at)), file: text.slice(at + 1) }
}

/** Errors block, and warnings beyond `--max-warnings`. */
function verdictOf({ findings }: CheckResult, { maxWarnings = Infinity }: FindingsOptions): number {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  return errors > 0 || warnings > maxWarnings ? exitCodes.findings : exitCodes.clean
}
