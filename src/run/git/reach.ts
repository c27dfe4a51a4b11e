import { existsSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import type { Git } from './git.ts'
import type { Entry, Repository } from './repository.ts'

const link = '120000'
const submodule = '160000'

/** Files that tell nothing of a layout, and that lie about. */
const idleName = /\.(?:log|md|txt|tsbuildinfo|tgz)$/i

/**
 * Where the migrations stand among the files of a commit or of the index: at or below the roots, and where symbolic links there
 * lead. All paths are from the top of the repository. Throws where some of it is in no commit of this repository.
 */
export class Reach {
  readonly #git: Git
  readonly #entries: readonly Entry[]
  readonly #roots: readonly string[]
  readonly #above: ReadonlySet<string>

  constructor(git: Git, entries: readonly Entry[], roots: readonly string[]) {
    this.#git = git
    this.#entries = entries
    this.#roots = withTargets(git, entries, roots)
    this.#above = new Set(this.#roots.flatMap(foldersAbove))
    const foreign = entries.find(({ mode, path }) => mode === submodule && this.touches(path))
    if (foreign !== undefined) {
      throw new InputError('is a submodule: what of it changed stands in its own repository', {
        file: foreign.path,
      })
    }
  }

  /** Paths that the migrations stand at or below. */
  get roots(): readonly string[] {
    return this.#roots
  }

  /** Whether a path is that of a migration, of a file beside them, or of what they stand in. */
  touches(path: string): boolean {
    return this.#holds(path) || this.#leadsTo(path)
  }

  /** Whether there is a file of this path, or below it. */
  isFound(root: string): boolean {
    return this.#entries.some(
      ({ path, mode }) => isBelow(root, path) || (mode === link && isBelow(path, root)),
    )
  }

  /** Whether a file is none of the migrations, and yet one that may tell how they are laid out. */
  isBeside(path: string): boolean {
    return !this.#holds(path) && this.#above.has(posix.dirname(path)) && !idleName.test(path)
  }

  /** A file, and what it leads to if it is a symbolic link; empty where there is none of this path. */
  file(path: string): Entry[] {
    const entry = this.#entries.find((one) => one.path === path)
    if (entry === undefined) return []
    return entry.mode === link ? [entry, ...this.file(targetOf(this.#git, entry))] : [entry]
  }

  /** Whether the working tree of a repository holds just these files, so that reading them there is reading them here. */
  isCheckedOut(repository: Repository): boolean {
    const known = new Set(this.#entries.map(({ path }) => path))
    const beside = this.#entries.filter(({ path }) => this.isBeside(path)).map(({ path }) => path)
    return (
      !this.followsLinks &&
      repository.isCheckedOut([...this.#roots, ...beside]) &&
      [...this.#above].every((folder) =>
        filesIn(join(repository.top, folder)).every((name) => known.has(posix.join(folder, name))),
      )
    )
  }

  /** Whether symbolic links lead elsewhere. */
  get followsLinks(): boolean {
    return this.#entries.some(({ mode, path }) => mode === link && this.touches(path))
  }

  /** All that reading the migrations can look at, but for files that they include from elsewhere. */
  get entries(): Entry[] {
    return this.#entries.filter(
      ({ mode, path }) => mode !== submodule && (this.touches(path) || this.isBeside(path)),
    )
  }

  /** Whether some of the migrations are programs. */
  get holdsPrograms(): boolean {
    return this.#entries.some(({ path }) => this.#holds(path) && isProgram(path))
  }

  /** All that programs among the migrations may load, but for what is installed. */
  get programs(): Entry[] {
    return this.#entries.filter(
      ({ mode, path }) => mode !== submodule && (isProgram(path) || path.endsWith('.json')),
    )
  }

  #holds(path: string): boolean {
    return this.#roots.some((root) => isBelow(root, path))
  }

  #leadsTo(path: string): boolean {
    return this.#roots.some((root) => isBelow(path, root))
  }
}

/** The roots, and where the symbolic links at, above and below them lead. */
function withTargets(git: Git, entries: readonly Entry[], roots: readonly string[]): string[] {
  const all = [...roots]
  const links = new Set(entries.filter(({ mode }) => mode === link))
  for (;;) {
    const next = [...links].filter(({ path }) =>
      all.some((root) => isBelow(root, path) || isBelow(path, root)),
    )
    if (next.length === 0) return all
    for (const one of next) {
      links.delete(one)
      all.push(targetOf(git, one))
    }
  }
}

function targetOf(git: Git, { id, path }: Entry): string {
  const written = git.run(['cat-file', 'blob', id])
  const target = posix.join(posix.dirname(path), written)
  if (!posix.isAbsolute(written) && target !== '..' && !target.startsWith('../')) return target
  throw new InputError(
    'is a symbolic link that leads out of the repository, so git does not know what of it changed',
    {
      file: path,
    },
  )
}

/** Whether a file is TypeScript or JavaScript. */
export function isProgram(path: string): boolean {
  return /\.[mc]?[jt]s$/.test(path)
}

function isBelow(root: string, path: string): boolean {
  return root === '.' || path === root || path.startsWith(`${root}/`)
}

/** The files that a layout would see in a folder. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => !one.isDirectory() && !one.name.startsWith('.') && !idleName.test(one.name))
    .map(({ name }) => name)
}

function foldersAbove(root: string): string[] {
  const folders: string[] = []
  for (let folder = root; folder !== '.'; ) {
    folder = posix.dirname(folder)
    folders.push(folder)
  }
  return folders
}
