import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import type { Migration } from '../migration.ts'
import { layoutNamed } from './layouts.ts'
import type { Draft, NextFile, NextFiles } from './next-migration.ts'
import type { MigrationsInput } from './read-migrations.ts'
import { readMigration } from './read-parts.ts'
import { type Selection, Selector } from './select.ts'

/** A migration that could be written, and as what it would be read. */
export interface PlannedMigration {
  readonly files: readonly (NextFile & { readonly path: string })[]
  readonly migration: Migration
  /** The file of the history before which it comes, as it is shown: one that a tool runs after all versions. Null for the end. */
  readonly before: string | null
}

/** Where the next migration of an input goes. */
export class NextPlace {
  readonly #cwd: string
  readonly #variables: Readonly<Record<string, string>>
  readonly #selection: Selection

  /** Throws `InputError` where the input is laid out in a way that can't be written to. */
  constructor({ path, layout, variables = {} }: MigrationsInput, { cwd }: { readonly cwd: string }) {
    this.#cwd = resolve(cwd)
    this.#variables = variables
    const named = layout === undefined ? null : layoutNamed(layout)
    const selections = new Selector(this.#cwd).select(path, named)
    const selection =
      selections.findLast(({ up }) => up.length > 0) ?? (named === null ? null : selections[0])
    if (selection === null || selection === undefined)
      throw new InputError('no migrations are there that show how the next one is written', {
        file: path,
        hint: 'Name the layout of the first one, with --layout or in the config: --layout numbered for 001_name.sql.',
      })
    this.#selection = selection
  }

  /** Whether the next one is a program for Kysely. */
  get isProgram(): boolean {
    return this.#selection.layout.name === 'kysely'
  }

  /** Throws `InputError` where the layout can't place it behind all that is there. */
  plan(draft: Draft): PlannedMigration {
    const { folder, layout } = this.#selection
    const files = this.#files(draft)
    const [{ file, text }] = files
    const taken = files.find((one) => existsSync(resolve(folder.path, one.file)))
    if (taken !== undefined) throw new InputError('is there already', { file: folder.shownFile(taken.file) })
    const extended = folder.withFiles(files)
    const { up } = layout.list(extended)
    const followers = up.slice(up.indexOf(file) + 1)
    if (!up.includes(file) || followers.some(isVersioned)) {
      throw new InputError(`would not be applied after all others in the layout ${layout.name}`, {
        file: folder.shownFile(file),
        hint: 'Write the SQL to a file of your own, with --output.',
      })
    }
    const path = resolve(folder.path, file)
    const reading = { cwd: this.#cwd, layout, variables: this.#variables }
    const read = readMigration(path, text, reading)
    const transaction = layout.transactionOf?.(extended, file) ?? layout.transaction
    return {
      files: files.map((one) => ({
        ...one,
        path: resolve(folder.path, one.file),
        file: folder.shownFile(one.file),
      })),
      migration: { ...(read.isKysely === true ? sentBy(read, draft) : read), transaction },
      before: followers[0] === undefined ? null : folder.shownFile(followers[0]),
    }
  }

  #files(draft: Draft): NextFiles {
    const { folder, layout } = this.#selection
    const files = layout.next?.(folder, draft)
    if (files !== undefined) return files
    throw new InputError(`is laid out as ${layout.name}, to which no migration can be added`, {
      file: folder.shown,
      hint: 'Write the SQL to a file of your own, with --output.',
    })
  }
}

function isVersioned(file: string): boolean {
  return /^[VB]?\d/.test(file.slice(file.lastIndexOf('/') + 1))
}

/** What a program is going to send. */
function sentBy({ file, session }: Migration, { up }: Draft): Migration {
  return { file, session, text: up, parts: [{ kind: 'sql', start: 0, end: up.length }] }
}
