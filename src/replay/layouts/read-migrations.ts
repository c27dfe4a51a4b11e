import { resolve } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import type { Migration } from '../migration.ts'
import { type LayoutName, layoutNames, type UnreadFile } from './layout.ts'
import { layoutNamed } from './layouts.ts'
import { readMigration } from './read-parts.ts'
import { type Selection, Selector } from './select.ts'

export type { LayoutName } from './layout.ts'

/** Where migrations are: a folder, a file or a glob; relative paths are looked for in `cwd`. */
export interface MigrationsInput {
  readonly path: string
  /** One of `layoutNames`; found out from the folder where it is left out. */
  readonly layout?: string | undefined
  /** Values of psql variables (`:name`) and of what the tool puts in (`{{ .Name }}`, `${name}`). */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

/** A folder that files were read from. */
export interface ReadLayout {
  readonly path: string
  readonly layout: LayoutName
  /** Whether the layout was found out, not named. */
  readonly detected: boolean
  readonly files: number
  /** Files of migrations in the folder that are not replayed, and why. */
  readonly unread: readonly UnreadFile[]
}

export interface ReadingOptions {
  readonly cwd: string
  /** Is told where a file that a migration includes may stand, before it is looked for. */
  readonly beforeInclude?: ((candidates: readonly string[]) => void) | undefined
}

/**
 * Reads the migrations of all inputs in their order, and within an input in the order of its layout. A file that two inputs name is
 * read once. Throws `InputError` where an input names nothing that can be read, or more than one history.
 */
export function readMigrations(
  inputs: readonly MigrationsInput[],
  { cwd, beforeInclude }: ReadingOptions,
): { migrations: Migration[]; layouts: ReadLayout[] } {
  const reader = new InputReader(resolve(cwd), beforeInclude)
  for (const input of inputs) reader.read(input)
  return { migrations: reader.migrations, layouts: reader.layouts }
}

class InputReader {
  readonly migrations: Migration[] = []
  readonly #cwd: string
  readonly #beforeInclude: ReadingOptions['beforeInclude']
  readonly #selector: Selector
  readonly #seen = new Set<string>()
  readonly #layouts = new Map<string, ReadLayout>()

  constructor(cwd: string, beforeInclude: ReadingOptions['beforeInclude']) {
    this.#cwd = cwd
    this.#beforeInclude = beforeInclude
    this.#selector = new Selector(cwd)
  }

  get layouts(): ReadLayout[] {
    return [...this.#layouts.values()]
  }

  read({ path, layout, variables = {} }: MigrationsInput): void {
    const named = layout === undefined ? null : layoutNamed(layout)
    const selections = this.#selector.select(path, named)
    for (const selection of selections) this.#take(selection, variables)
    if (selections.some(({ up }) => up.length > 0)) return
    const message =
      named === null ? 'no migrations are there' : `no migrations laid out as ${named.name} are there`
    const hint = `Looked for .sql files in the layouts ${layoutNames.join(', ')}.`
    throw new InputError(message, { file: path, hint })
  }

  #take(selection: Selection, variables: Readonly<Record<string, string>>): void {
    const { folder, layout, up } = selection
    for (const file of up) {
      const path = resolve(folder.path, file)
      if (this.#seen.has(path)) continue
      this.#seen.add(path)
      const transaction = layout.transactionOf?.(folder, file) ?? layout.transaction
      const reading = { cwd: this.#cwd, layout, variables, beforeInclude: this.#beforeInclude }
      this.migrations.push({ ...readMigration(path, folder.text(file), reading), transaction })
    }
    this.#report(selection)
  }

  /** Once for each folder and layout, however many of its files were named. */
  #report({ folder, layout, detected, up, unread }: Selection): void {
    if (up.length === 0 && unread.length === 0) return
    const key = `${layout.name} ${detected} ${folder.path}`
    const known = this.#layouts.get(key)
    const leftAside = unread.map(({ file, reason }) => ({ file: folder.shownFile(file), reason }))
    this.#layouts.set(key, {
      path: folder.shown,
      layout: layout.name,
      detected,
      files: up.length + (known?.files ?? 0),
      unread: [...(known?.unread ?? []), ...leftAside],
    })
  }
}
