import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import { dbmate } from './dbmate.ts'
import { dump, isDump } from './dump.ts'
import { Folder, isSql } from './folder.ts'
import { goose } from './goose.ts'
import {
  areNumbered,
  foldersIn,
  historiesBelow,
  leftBeside,
  leftIn,
  severalHistories,
} from './histories-below.ts'
import type { Layout, Listing } from './layout.ts'
import { layoutOf } from './layouts.ts'
import { naturalOrder } from './natural-order.ts'
import { nodePgMigrate } from './node-pg-migrate.ts'
import { numbered } from './numbered.ts'
import { shownPath } from './read-parts.ts'
import {
  dbmateMarkers,
  gooseMarkers,
  markersOf,
  nodePgMigrateMarkers,
  type SectionMarkers,
  sqlMigrateMarkers,
} from './sections.ts'
import { sqlMigrate } from './sql-migrate.ts'

/** The files of one folder that are to be read, and those that are left aside. */
export interface Selection extends Listing {
  readonly folder: Folder
  readonly layout: Layout
  readonly detected: boolean
}

/** Files, each with why it is not replayed, or null. */
type Reasons = ReadonlyMap<string, string | null>

/** A file in the folder that it belongs to. */
interface Home {
  readonly folder: Folder
  readonly layout: Layout
  readonly file: string
  readonly reason: string | null
}

/** The layouts whose markers a file may hold. */
const marked: ReadonlyMap<SectionMarkers | null, Layout> = new Map([
  [gooseMarkers, goose],
  [dbmateMarkers, dbmate],
  [sqlMigrateMarkers, sqlMigrate],
  [nodePgMigrateMarkers, nodePgMigrate],
])

/** Finds out which files a path names, in which order. Each folder is looked at once. */
export class Selector {
  readonly #cwd: string
  readonly #folders = new Map<string, Folder>()
  readonly #reasons = new Map<string, Reasons>()
  readonly #detected = new Map<string, Layout | null>()

  constructor(cwd: string) {
    this.#cwd = cwd
  }

  /** What a folder, a file or a glob names. */
  select(path: string, named: Layout | null): Selection[] {
    const absolute = resolve(this.#cwd, path)
    const stats = statSync(absolute, { throwIfNoEntry: false })
    if (stats === undefined) return this.#ofFiles(this.#matches(path), named, false)
    if (!stats.isDirectory()) return this.#ofFiles([absolute], named, true)
    const folder = this.#folder(absolute)
    if (named !== null) return [{ folder, layout: named, detected: false, ...named.list(folder) }]
    const selections = this.#inFolder(folder)
    const histories = selections.filter(({ up }) => up.length > 0)
    if (histories.length < 2 || areNumbered(histories)) return selections
    throw severalHistories(folder, histories)
  }

  #folder(path: string): Folder {
    let folder = this.#folders.get(path)
    if (folder === undefined) {
      folder = new Folder(path, shownPath(this.#cwd, path))
      this.#folders.set(path, folder)
    }
    return folder
  }

  /** The library that reads globs is loaded only here. */
  #matches(pattern: string): string[] {
    const { globSync } = createRequire(import.meta.url)('tinyglobby') as typeof import('tinyglobby')
    const files = globSync(pattern, { cwd: this.#cwd, absolute: true, ignore: ['**/node_modules/**'] })
    if (files.length > 0) return files.filter(isSql).sort(naturalOrder)
    throw new InputError('there is no such file or folder', { file: pattern })
  }

  /** The layout of a folder, or of the folders below it where the folder itself has none. */
  #inFolder(folder: Folder): Selection[] {
    const layout = this.#detect(folder)
    if (layout === null) {
      const below = foldersIn(folder).flatMap((child) => this.#inFolder(child))
      return [...below, { folder, layout: numbered, detected: true, up: [], unread: leftIn(folder) }]
    }
    const own = { folder, layout, detected: true, ...layout.list(folder) }
    if (layout !== numbered && layout !== dump) return [own]
    const histories = historiesBelow(folder).flatMap((history) => this.#inFolder(history))
    if (histories[0] === undefined) return [own]
    if (layout === numbered) throw severalHistories(folder, [own, ...histories])
    return [...histories, { ...own, up: [], unread: leftBeside(folder, histories) }]
  }

  /** The layout of a folder; if `only` is a folder in it, as far as that one shows it. */
  #detect(folder: Folder, only: string | null = null): Layout | null {
    const key = `${folder.path}/${only ?? ''}`
    let layout = this.#detected.get(key)
    if (layout === undefined) {
      layout = layoutOf(only === null ? folder : folder.withOnly(only))
      this.#detected.set(key, layout)
    }
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
    return [...groups.values()].map(({ folder, layout, only }) => ({
      folder,
      layout,
      detected: named === null,
      ...chosen(this.#listed(folder, layout), only),
    }))
  }

  /** The folder that a file belongs to, at most four levels up, and why it is not replayed there. */
  #homeOf(path: string, named: Layout | null): Home {
    let directory = dirname(path)
    for (let level = 0; level < 4; level++) {
      if (level > 0 && !mayBeListed(directory)) break
      const folder = this.#folder(directory)
      const file = path.slice(directory.length).replaceAll('\\', '/').replace(/^\/+/, '')
      const layout = named ?? this.#detect(folder, level === 0 ? null : file.slice(0, file.indexOf('/')))
      if (layout !== null && layout !== numbered && layout !== dump) {
        const reason = this.#listed(folder, layout).get(file)
        if (reason === null || (reason !== undefined && (named === null || level === 0)))
          return { folder, layout, file, reason }
      }
      directory = dirname(directory)
    }
    return this.#standalone(path, named)
  }

  /** A file that no tool's folder holds is read by its own markers. */
  #standalone(path: string, named: Layout | null): Home {
    const folder = this.#folder(dirname(path))
    const file = path.slice(dirname(path).length).replace(/^[/\\]/, '')
    const text = folder.text(file)
    const markers = markersOf(text)
    const own = marked.get(markers) ?? (isDump(text) ? dump : numbered)
    return {
      folder,
      layout: named ?? own,
      file,
      reason: this.#listed(folder, numbered).get(file) ?? null,
    }
  }

  /** The files of a folder as a layout lists them. */
  #listed(folder: Folder, layout: Layout): Reasons {
    const key = `${layout.name} ${folder.path}`
    let reasons = this.#reasons.get(key)
    if (reasons === undefined) {
      const { up, unread } = layout.list(folder)
      reasons = new Map([
        ...up.map((file) => [file, null] as const),
        ...unread.map(({ file, reason }) => [file, reason] as const),
      ])
      this.#reasons.set(key, reasons)
    }
    return reasons
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

/** Whether the files of a folder may be looked at. */
function mayBeListed(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
