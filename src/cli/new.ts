import { InputError } from '../findings/input-error.ts'
import { printableLine } from '../report/terminal.ts'
import { writeMigration } from '../run/write-migration.ts'
import { exitCodes } from './exit-codes.ts'
import { migrationName } from './migration-name.ts'
import { type CommonOptions, requestOf } from './options.ts'
import { writeNotes, writeResult } from './output.ts'

export interface NewCommandOptions extends CommonOptions {
  readonly tenancy: boolean
  readonly column: readonly string[]
  readonly parent?: string
  readonly roles: readonly string[]
  readonly global: boolean
  readonly reason?: string
  readonly appRole?: string
  readonly kysely?: boolean
  readonly name?: string
  readonly write: boolean
}

export async function newTable(table: string | undefined, options: NewCommandOptions): Promise<number> {
  const { output, write, name } = options
  if (write && output !== undefined)
    throw new InputError('--write and --output name two places for one migration')
  const { loadParser } = await import('../sql/parse.ts')
  await loadParser()
  const { readNewTable } = await import('../run/new-table-request.ts')
  const asked = readNewTable(table, options)
  const request = await requestOf([], options)
  const { newTable: compose } = await import('../run/new-table.ts')
  const { text, planned, brings, notes } = await compose(request, {
    table: asked,
    appRole: options.appRole ?? null,
    isProgram: options.kysely ?? null,
    name: name === undefined ? null : migrationName(name),
    now: new Date(),
    isPlaced: write,
  })
  writeNotes(notes, options)
  for (const { check, found } of brings) {
    process.stderr.write(`${printableLine(`it would bring ${check.id}: ${found.message}`)}\n`)
  }
  if (planned === null) writeResult(text, output)
  else if (brings.length === 0) {
    writeMigration(planned.files)
    writeResult(planned.files.map(({ file }) => `${file}\n`).join(''), undefined)
  }
  return brings.length > 0 ? exitCodes.findings : exitCodes.clean
}
