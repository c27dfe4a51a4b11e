import type { Finding } from '../findings/finding.ts'
import { InputError } from '../findings/input-error.ts'
import { printableLine } from '../report/terminal.ts'
import type { Fix } from '../run/fix.ts'
import { writeMigration } from '../run/write-migration.ts'
import { baselineOf } from './baseline-option.ts'
import { exitCodes } from './exit-codes.ts'
import { migrationName } from './migration-name.ts'
import { type CommonOptions, requestOf } from './options.ts'
import { writeNotes, writeResult } from './output.ts'
import { withProgress } from './progress.ts'

export interface FixOptions extends CommonOptions {
  readonly write: boolean
  readonly name: string
}

export async function fix(paths: readonly string[], options: FixOptions): Promise<number> {
  const { output, write, quiet } = options
  const name = migrationName(options.name)
  if (write && output !== undefined)
    throw new InputError('--write and --output name two places for one migration')
  const asked = await requestOf(paths, options)
  const request = { ...asked, baseline: baselineOf({}, asked.config) }
  const { fix: compose } = await import('../run/fix.ts')
  const fixed = await withProgress(options, () =>
    compose(request, { name, now: new Date(), isPlaced: write }),
  )
  writeNotes(fixed.notes, options)
  if (!quiet) process.stderr.write(`${accountOf(fixed).map(printableLine).join('\n')}\n`)
  const { sql, planned, remaining } = fixed
  if (planned !== null) {
    writeMigration(planned.files)
    writeResult(planned.files.map(({ file }) => `${file}\n`).join(''), undefined)
  } else if (sql !== null) writeResult(sql, output)
  return remaining.some(({ finding }) => finding.severity === 'error') ? exitCodes.findings : exitCodes.clean
}

/** What is mended and what is not, a line each. */
function accountOf({ mended, remaining }: Fix): string[] {
  if (mended.length + remaining.length === 0) return ['nothing to mend']
  return [
    ...mended.map((finding) => `mends ${named(finding)}`),
    ...remaining.map(({ finding, why }) => `remains ${named(finding)}: ${finding.message}. ${why}`),
  ]
}

function named({ severity, check, subject }: Finding): string {
  return `${severity} ${check} ${subject}`
}
