import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { globSync } from 'tinyglobby'
import { InputError } from '../../findings/input-error.ts'
import { suggestion } from '../../findings/nearest.ts'
import type { Migration } from '../migration.ts'
import { dbmate } from './dbmate.ts'
import { diesel } from './diesel.ts'
import { drizzle } from './drizzle.ts'
import { dump, isDump } from './dump.ts'
import { flyway } from './flyway.ts'
import { Folder, isSql } from './folder.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import { type Layout, type LayoutName, type Listing, layoutNames, type UnreadFile } from './layout.ts'
import { naturalOrder } from './natural-order.ts'
import { numbered, reasonNotUp } from './numbered.ts'
import { prisma } from './prisma.ts'
import { readMigration, shownPath } from './read-parts.ts'
import { dbmateMarkers, gooseMarkers, markersOf } from './sections.ts'
import { sqitch } from './sqitch.ts'
import { supabase } from './supabase.ts'

export type { LayoutName } from './layout.ts'

/** Where migrations are: a folder, a file or a glob; relative paths are looked for in `cwd`. */
export interface MigrationsInput {
  readonly path: string
  /** One of `layoutNames`; found out from the folder where it is left out. */
  readonly layout?: string | undefined
  /** Values of psql variables (`:name`) and of what the tool puts in (`{{ .Name }}`, `${name}`). */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

/** A folder (or a single file) that was read. */
export interface ReadLayout {
  readonly path: string
  readonly layout: LayoutName
  /** Whether the layout was found out, not named. */
  readonly detected: boolean
  readonly files: number
  /** Files of SQL in the folder that are not replayed, and why. */
  readonly unread: readonly UnreadFile[]
}

const layouts: Readonly<Record<LayoutName, Layout>> = {
  sqitch,
  drizzle,
  prisma,
  diesel,
  supabase,
  'golang-migrate': golangMigrate,
  flyway,
  goose,
  dbmate,
  dump,
  numbered,
}

/**
 * Reads the migrations of all inputs in their order, and within an input in the order of its layout. A file that two inputs name is
 * read once. Throws `InputError` where an input names nothing that can be read.
 */
export function readMigrations(
  inputs: readonly MigrationsInput[],
  { cwd }: { readonly cwd: string },
): { migrations: Migration[]; layouts: ReadLayout[] } {
  const reader = new InputReader(resolve(cwd))
  for (const input of inputs) reader.read(input)
  return reader
}

/** Files, each with why it is not replayed, or null. */
type Reasons = ReadonlyMap<string, string | null>

/** The files of one folder that are to be read. */
interface Selection {
  readonly folder: Folder
  readonly layout: Layout
  readonly detected: boolean
  /** Files that were named one by one; null for all. */
  readonly only: Reasons | null
}

class InputReader {
  readonly migrations: Migration[] = []
  readonly layouts: ReadLayout[] = []
  readonly #cwd: string
  readonly #folders = new Map<string, Folder>()
  readonly #seen = new Set<string>()
  readonly #listed = new Map<string, Reasons>()
  readonly #detected = new Map<string, Layout | null>()

  constructor(cwd: string) {
    this.#cwd = cwd
  }

  read(input: MigrationsInput): void {
    const named = input.layout === undefined ? null : layoutNamed(input.layout)
    const path = resolve(this.#cwd, input.path)
    const kind = kindOf(path)
    const selections =
      kind === 'folder'
        ? this.#inFolder(this.#folder(path), named)
        : this.#ofFiles(kind === 'file' ? [path] : this.#matches(input.path), named, kind === 'file')
    let files = 0
    for (const selection of selections) files += this.#take(selection, input.variables ?? {})
    if (files === 0) {
      throw new InputError(
        named === null ? 'no migrations are there' : `no migrations laid out as ${named.name} are there`,
        {
          file: input.path,
          hint: `Looked for .sql files in the layouts ${layoutNames.join(', ')}.`,
        },
      )
    }
  }

  #folder(path: string): Folder {
    let folder = this.#folders.get(path)
    if (folder === undefined) {
      folder = new Folder(path, shownPath(this.#cwd, path))
      this.#folders.set(path, folder)
    }
    return folder
  }

  #matches(pattern: string): string[] {
    const files = globSync(pattern, { cwd: this.#cwd, absolute: true, ignore: ['**/node_modules/**'] })
    if (files.length > 0) return files.filter(isSql).sort(naturalOrder)
    throw new InputError('there is no such file or folder', { file: pattern })
  }

  /** The layout of a folder, or of the folders below it where the folder itself has none. */
  #inFolder(folder: Folder, named: Layout | null): Selection[] {
    if (named !== null) return [{ folder, layout: named, detected: false, only: null }]
    const layout = this.#detect(folder)
    if (layout !== null) return [{ folder, layout, detected: true, only: null }]
    return folder.folders
      .filter((name) => reasonNotUp(name) === null)
      .flatMap((name) => this.#inFolder(folder.child(name), null))
  }

  #detect(folder: Folder): Layout | null {
    const known = this.#detected.get(folder.path)
    if (known !== undefined) return known
    const name = layoutNames.find((one) => layouts[one].detect(folder))
    const layout = name === undefined ? null : layouts[name]
    this.#detected.set(folder.path, layout)
    return layout
  }

  /** Files that were named one by one, each with the layout of the folder that it belongs to. */
  #ofFiles(paths: readonly string[], named: Layout | null, strict: boolean): Selection[] {
    const groups = new Map<string, { folder: Folder; layout: Layout; only: Map<string, string | null> }>()
    for (const path of paths) {
      const { folder, layout, file, reason } = this.#homeOf(path, named)
      if (reason !== null && strict) {
        throw new InputError(`is no migration to apply in the layout ${layout.name}: it ${reason}`, {
          file: shownPath(this.#cwd, path),
        })
      }
      const key = `${layout.name} ${folder.path}`
      const group = groups.get(key) ?? { folder, layout, only: new Map() }
      group.only.set(file, reason)
      groups.set(key, group)
    }
    return [...groups.values()].map((group) => ({ ...group, detected: named === null }))
  }

  /** The folder that a file belongs to, at most four levels up, and why it is not replayed there. */
  #homeOf(
    path: string,
    named: Layout | null,
  ): { folder: Folder; layout: Layout; file: string; reason: string | null } {
    let directory = dirname(path)
    for (let level = 0; level < 4; level++) {
      const folder = this.#folder(directory)
      const layout = named ?? this.#detect(folder)
      const file = path.slice(directory.length).replaceAll('\\', '/').replace(/^\/+/, '')
      if (layout !== null && layout !== numbered && layout !== dump) {
        const reason = this.#reasons(folder, layout).get(file)
        if (reason === null || (reason !== undefined && (named === null || level === 0)))
          return { folder, layout, file, reason }
      }
      directory = dirname(directory)
    }
    return this.#standalone(path, named)
  }

  /** A file that no tool's folder holds is read by its own markers. */
  #standalone(
    path: string,
    named: Layout | null,
  ): { folder: Folder; layout: Layout; file: string; reason: string | null } {
    const folder = this.#folder(dirname(path))
    const file = path.slice(dirname(path).length).replace(/^[/\\]/, '')
    const text = folder.text(file)
    const markers = markersOf(text)
    const own =
      markers === gooseMarkers ? goose : markers === dbmateMarkers ? dbmate : isDump(text) ? dump : numbered
    const layout = named ?? own
    return { folder, layout, file, reason: this.#reasons(folder, numbered).get(file) ?? null }
  }

  /** The files of a folder, which is listed once. */
  #reasons(folder: Folder, layout: Layout): Reasons {
    const key = `${layout.name} ${folder.path}`
    let reasons = this.#listed.get(key)
    if (reasons === undefined) {
      const { up, unread } = layout.list(folder)
      reasons = new Map([
        ...up.map((file) => [file, null] as const),
        ...unread.map(({ file, reason }) => [file, reason] as const),
      ])
      this.#listed.set(key, reasons)
    }
    return reasons
  }

  #take({ folder, layout, detected, only }: Selection, variables: Readonly<Record<string, string>>): number {
    const { up: files, unread } =
      only === null ? layout.list(folder) : chosen(this.#reasons(folder, layout), only)
    const reading = { cwd: this.#cwd, layout, variables }
    for (const file of files) {
      const path = resolve(folder.path, file)
      if (this.#seen.has(path)) continue
      this.#seen.add(path)
      this.migrations.push(readMigration(path, folder.text(file), reading))
    }
    if (files.length > 0 || unread.length > 0) {
      this.layouts.push({
        path: folder.shown,
        layout: layout.name,
        detected,
        files: files.length,
        unread: unread.map((one) => ({
          ...one,
          file: shownPath(this.#cwd, resolve(folder.path, one.file)),
        })),
      })
    }
    return files.length
  }
}

/** The files that were named, in the order of the layout; what it does not know comes last. */
function chosen(all: Reasons, only: Reasons): Listing {
  const known = only.size === 1 ? [] : [...all.keys()].filter((file) => only.get(file) === null)
  const up = [...only].flatMap(([file, reason]) => (reason === null ? file : []))
  return {
    up: [...new Set([...known, ...up])],
    unread: [...only].flatMap(([file, reason]) => (reason === null ? [] : { file, reason })),
  }
}

function layoutNamed(name: string): Layout {
  const known = layoutNames.find((one) => one === name)
  if (known !== undefined) return layouts[known]
  throw new InputError(`unknown layout "${name}"; ${suggestion(name, layoutNames)}`, {
    hint: `The layouts are ${layoutNames.join(', ')}.`,
  })
}

/** Whether a path is a file or a folder; a path that is neither may be a glob. */
function kindOf(path: string): 'file' | 'folder' | 'neither' {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 'neither'
  return stats.isDirectory() ? 'folder' : 'file'
}
