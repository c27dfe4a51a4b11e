import { type Dirent, existsSync, readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import type { UnreadFile } from './layout.ts'
import { naturalOrder } from './natural-order.ts'
import { readText } from './read-text.ts'

/** A folder as layouts look at it. Names are relative to it, with `/`; each is listed once. */
export class Folder {
  /** Absolute. */
  readonly path: string
  /** As messages show it. */
  readonly shown: string
  readonly #only: string | null
  /** Texts of files that are not there yet, by name. */
  readonly #added: ReadonlyMap<string, string>
  #files: ReadonlySet<string> | null = null
  #folders: readonly string[] = []
  readonly #children = new Map<string, Folder>()
  readonly #texts = new Map<string, string>()

  constructor(
    path: string,
    shown: string,
    only: string | null = null,
    added: ReadonlyMap<string, string> = new Map(),
  ) {
    this.path = path
    this.shown = shown
    this.#only = only
    this.#added = added
  }

  /** The same folder as if it held but one of the folders in it: the others are not looked into. */
  withOnly(folder: string): Folder {
    return new Folder(this.path, this.shown, folder)
  }

  /** The same folder as if these files stood in it too. */
  withFiles(files: readonly { readonly file: string; readonly text: string }[]): Folder {
    return new Folder(this.path, this.shown, this.#only, new Map(files.map(({ file, text }) => [file, text])))
  }

  get name(): string {
    return basename(this.path)
  }

  /** The folder that holds it. */
  get parent(): Folder {
    return new Folder(dirname(this.path), dirname(this.shown))
  }

  /** Files that stand in the folder itself, in natural order. */
  get files(): readonly string[] {
    return [...this.#listed()]
  }

  /** The `.sql` files among them. */
  get sqlFiles(): readonly string[] {
    return this.files.filter(isSql)
  }

  /** Folders in it, in natural order; hidden ones and node_modules are never looked into. */
  get folders(): readonly string[] {
    this.#listed()
    return this.#folders
  }

  child(name: string): Folder {
    let child = this.#children.get(name)
    if (child === undefined) {
      const below = [...this.#added].filter(([file]) => file.startsWith(`${name}/`))
      const added = new Map(below.map(([file, text]) => [file.slice(name.length + 1), text]))
      child = new Folder(join(this.path, name), this.shownFile(name), null, added)
      this.#children.set(name, child)
    }
    return child
  }

  /** Files of the folder and of all below it. */
  *allFiles(prefix = ''): Generator<string> {
    for (const file of this.files) yield prefix + file
    for (const name of this.folders) yield* this.child(name).allFiles(`${prefix}${name}/`)
  }

  /** Whether a file of the name stands in the folder, or at the path below it. */
  has(file: string): boolean {
    const slash = file.indexOf('/')
    if (slash < 0) return this.#listed().has(file)
    const name = file.slice(0, slash)
    return this.folders.includes(name) && this.child(name).has(file.slice(slash + 1))
  }

  /** The `.sql` files here and below that are not among `up`, with the reason for each. */
  unread(up: readonly string[], reason: (file: string) => string): UnreadFile[] {
    const chosen = new Set(up)
    return [...this.allFiles()]
      .filter((file) => isSql(file) && !chosen.has(file))
      .map((file) => ({ file, reason: reason(file) }))
  }

  /** A file of the folder as messages show it. */
  shownFile(file: string): string {
    return joined(this.shown, file)
  }

  text(file: string): string {
    let text = this.#texts.get(file) ?? this.#added.get(file)
    if (text === undefined) {
      text = readText(join(this.path, file), this.shownFile(file))
      this.#texts.set(file, text)
    }
    return text
  }

  #listed(): ReadonlySet<string> {
    if (this.#files !== null) return this.#files
    const files: string[] = []
    const folders: string[] = []
    for (const entry of this.#entries()) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
      const kind = entry.isSymbolicLink() ? this.#target(entry.name) : entry
      if (kind === undefined) continue
      if (kind.isDirectory()) {
        if (isSql(entry.name) && !this.#isMigration(entry.name))
          throw new InputError('is a folder, not a file', { file: this.shownFile(entry.name) })
        if (this.#only !== null && entry.name !== this.#only) continue
        if (!entry.isSymbolicLink() || !this.#isAbove(entry.name)) folders.push(entry.name)
      } else files.push(entry.name)
    }
    for (const file of this.#added.keys()) {
      const slash = file.indexOf('/')
      if (slash < 0) files.push(file)
      else if (!folders.includes(file.slice(0, slash))) folders.push(file.slice(0, slash))
    }
    this.#folders = folders.sort(naturalOrder)
    this.#files = new Set(files.sort(naturalOrder))
    return this.#files
  }

  #entries(): Dirent[] {
    if (this.#added.size > 0 && !existsSync(this.path)) return []
    try {
      return readdirSync(this.path, { withFileTypes: true })
    } catch (cause) {
      throw new InputError(`the folder can't be read: ${(cause as Error).message}`, {
        file: this.shown,
        cause,
      })
    }
  }

  /** Whether a folder holds one migration, as Prisma and diesel have them. */
  #isMigration(name: string): boolean {
    return ['migration.sql', 'up.sql'].some((file) => existsSync(join(this.path, name, file)))
  }

  /** What a symbolic link leads to; a broken one matters where it is named as SQL. */
  #target(name: string): Stats | undefined {
    try {
      return statSync(join(this.path, name))
    } catch (cause) {
      if (!isSql(name)) return undefined
      throw new InputError('is a symbolic link that leads nowhere', { file: this.shownFile(name), cause })
    }
  }

  /** Whether a symbolic link leads to a folder that it stands below. */
  #isAbove(name: string): boolean {
    const target = statSync(join(this.path, name))
    for (let path = this.path; ; path = dirname(path)) {
      const above = statSync(path)
      if (above.ino === target.ino && above.dev === target.dev) return true
      if (path === dirname(path)) return false
    }
  }
}

export function isSql(name: string): boolean {
  return /\.sql$/i.test(name)
}

function joined(folder: string, name: string): string {
  return folder === '.' || folder === '' ? name : `${folder.replace(/\/$/, '')}/${name}`
}
