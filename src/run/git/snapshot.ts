import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, posix } from 'node:path'
import type { Git } from './git.ts'
import type { Entry } from './repository.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs something that needs a folder of its own, and removes the folder whatever becomes of it. */
export async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const made: string[] = []
  const over = () => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true })
    for (const signal of signals) process.removeListener(signal, end)
  }
  const end = (signal: NodeJS.Signals) => {
    over()
    process.kill(process.pid, signal)
  }
  for (const signal of signals) process.on(signal, end)
  try {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ringfence-')))
    made.push(folder)
    return await work(folder)
  } finally {
    over()
  }
}

/** Whatever makes an index fast leaves files beside it, or asks a process about the working tree. */
const plainIndex = ['core.splitIndex', 'core.untrackedCache', 'core.fsmonitor'].flatMap((name) => [
  '-c',
  `${name}=false`,
])

/** Files as they stand in a commit or in the index, written to a folder as git would check them out. */
export class Snapshot {
  /** Named like the top of the repository, whose name may tell a layout something. */
  readonly top: string
  readonly #git: Git
  readonly #folder: string
  readonly #written = new Set<string>()

  /** `git`: at the top of the repository. `name`: of a folder that is not there yet. */
  constructor(git: Git, folder: string, name: string) {
    this.#git = git
    this.#folder = join(folder, name)
    this.top = join(this.#folder, basename(git.cwd))
    mkdirSync(this.top, { recursive: true })
  }

  /** Returns how many files were not there before. An index of its own has no file that a sparse checkout leaves out. */
  write(entries: readonly Entry[]): number {
    const missing = entries.filter(({ path }) => !this.#written.has(path))
    if (missing.length === 0) return 0
    const index = join(this.#folder, `index-${this.#written.size}`)
    const input = missing.map(({ mode, id, path }) => `${mode} ${id} 0\t${path}\0`).join('')
    this.#git.run([...plainIndex, 'update-index', '-z', '--index-info'], { index, input })
    this.#git.run([...plainIndex, 'checkout-index', '--all', '--quiet', `--prefix=${this.top}/`], { index })
    for (const { path } of missing) this.#written.add(path)
    return missing.length
  }

  /** What is installed for the packages among what is written is found where it is installed. */
  linkInstalled(): void {
    for (const path of ['package.json', ...this.#written]) {
      if (posix.basename(path) !== 'package.json') continue
      const installed = join(posix.dirname(path), 'node_modules')
      const place = join(this.top, installed)
      if (!existsSync(join(this.#git.cwd, installed)) || existsSync(place)) continue
      symlinkSync(join(this.#git.cwd, installed), place, 'dir')
    }
  }
}
