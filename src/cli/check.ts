import { checkJson } from '../report/check-json.ts'
import { checkText } from '../report/check-text.ts'
import { check as runCheck } from '../run/check.ts'
import { exitCodes } from './exit-codes.ts'
import { type CommonOptions, formatOf, requestOf } from './options.ts'
import { colorsFor, writeNotes, writeResult } from './output.ts'
import { version } from './version.ts'

interface CheckOptions extends CommonOptions {
  readonly maxWarnings?: number
}

export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const format = formatOf(options)
  const { result, notes } = await runCheck(await requestOf(paths, options))
  writeNotes(notes, options)
  const text =
    format === 'json'
      ? checkJson(result, version())
      : checkText(result, { colors: colorsFor(options), quiet: options.quiet })
  writeResult(text, options)
  const errors = result.findings.filter(({ severity }) => severity === 'error').length
  const warnings = result.findings.filter(({ severity }) => severity === 'warning').length
  return errors > 0 || warnings > (options.maxWarnings ?? Infinity) ? exitCodes.findings : exitCodes.clean
}
