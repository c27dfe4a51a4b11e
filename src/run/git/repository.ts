import { posix, relative } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import { rootOf } from '../request.ts'
import { Git, records } from './git.ts'

/** A file in which the index, or a commit, differs from a tree; from the tree without files, each of its files. */
export interface Entry {
  /** As git writes it: `100644` a file, `120000` a symbolic link, `160000` a submodule; `000000` where it is deleted. */
  readonly mode: string
  readonly id: string
  /** `A` added, `D` deleted, `M` and `T` changed, `U` left in conflict by a merge. */
  readonly status: string
  /** From the top of the repository, with `/`. */
  readonly path: string
}

/** The repository that a folder stands in. */
export class Repository {
  /** At the top of the working tree. */
  readonly git: Git
  /** The absolute path of that top. */
  readonly top: string
  /** Where the folder stands in it, with `/`; empty at the top. */
  readonly #prefix: string

  readonly #emptyTree: string

  constructor(cwd: string) {
    const git = new Git(cwd)
    const answers = git.run(['rev-parse', '--show-prefix', '--show-toplevel']).split('\n')
    const [prefix = '', top = ''] =
      answers.length === 3
        ? answers
        : ['--show-prefix', '--show-toplevel'].map((asked) => line(git.run(['rev-parse', asked])))
    this.top = top
    this.#prefix = prefix
    this.git = git.in(this.top)
    this.#emptyTree = line(this.git.run(['hash-object', '-t', 'tree', '--stdin']))
  }

  /** Where the working directory of the command stands in the tree. */
  get folder(): string {
    return this.#prefix.replace(/\/$/, '')
  }

  /** A path relative to the working directory of the command, from the top; throws where it leads out of the repository. */
  pathOf(path: string): string {
    const own = posix.join(this.#prefix, path.replaceAll('\\', '/')).replace(/\/$/, '')
    if (own === '..' || own.startsWith('../') || posix.isAbsolute(own)) {
      throw new InputError('stands outside of the repository, so git does not know what of it changed', {
        file: path,
      })
    }
    return own === '' ? '.' : own
  }

  /** Where what a path names begins, as `pathOf` tells it. */
  rootOf(cwd: string, path: string): string {
    return this.pathOf(relative(cwd, rootOf(cwd, path)))
  }

  /** The files of the index. */
  index(): Entry[] {
    return this.#entries(['diff-index', ...cached, this.#emptyTree])
  }

  /** What the index makes of a commit, or of nothing. */
  staged(commit: string | null): Entry[] {
    return this.#entries(['diff-index', ...cached, commit ?? this.#emptyTree])
  }

  /** The files of a commit. */
  files(commit: string): Entry[] {
    return this.#entries(['diff-tree', '-r', this.#emptyTree, commit])
  }

  #entries([command = '', ...args]: readonly string[]): Entry[] {
    const output = records(this.git.run([command, '--raw', '-z', '--no-renames', '--full-index', ...args]))
    const entries: Entry[] = []
    for (let at = 0; at + 1 < output.length; at += 2) {
      const [, mode = '', , id = '', status = ''] = output[at]?.split(' ') ?? []
      entries.push({ mode, id, status: status.charAt(0), path: output[at + 1] ?? '' })
    }
    return entries
  }

  /** Whether the working tree holds what is staged at and below some paths, to the last file, and nothing besides. */
  isCheckedOut(paths: readonly string[]): boolean {
    const kinds = ['--cached', '--others', '--modified', '--deleted']
    const tagged = this.git.run(['--literal-pathspecs', 'ls-files', '-v', '-z', ...kinds, '--', ...paths])
    return records(tagged).every((record) => record.startsWith(unchanged))
  }

  /** Whether a file of the index, at or below one of the paths, holds a text. */
  holds(text: string, paths: readonly string[]): boolean {
    const args = [
      '--literal-pathspecs',
      'grep',
      '--cached',
      '--text',
      '--quiet',
      '--fixed-strings',
      '-e',
      text,
    ]
    return this.git.ask([...args, '--', ...paths], { accepted: [0, 1] }).status === 0
  }

  /** Whether the working tree holds something else than what is staged of a file. `path`: from the working directory of the command. */
  differsFromIndex(path: string): boolean {
    const args = ['--literal-pathspecs', 'diff', '--no-ext-diff', '--no-textconv', '--quiet', '--']
    return this.git.ask([...args, this.pathOf(path)], { accepted: [0, 1] }).status === 1
  }

  /** The commit that a revision names; null where it names none. */
  commit(revision: string): string | null {
    const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]
    const { status, output } = this.git.ask(args, { accepted: [0, 1, 128] })
    return status === 0 ? line(output) : null
  }

  /** The last commit that what is checked out has in common with a revision. */
  mergeBase(revision: string): string {
    const commit = revision === '' || revision.startsWith('-') ? null : this.commit(revision)
    if (commit === null) {
      throw new InputError(`git knows no revision "${revision}"`, {
        hint: this.#isShallow
          ? fetchAll
          : 'Name a branch, a tag or a commit; one of a remote is known once it is fetched.',
      })
    }
    if (this.commit('HEAD') === null) throw new InputError('there is no commit yet, so no branch to compare')
    const { status, output } = this.git.ask(['merge-base', commit, 'HEAD'], { accepted: [0, 1] })
    if (status === 0) return line(output)
    throw new InputError(`this branch and ${revision} have no commit in common`, {
      ...(this.#isShallow ? { hint: fetchAll } : {}),
    })
  }

  get #isShallow(): boolean {
    return line(this.git.run(['rev-parse', '--is-shallow-repository'])) === 'true'
  }
}

const fetchAll =
  'The clone is shallow, so history is missing: fetch all of it (git fetch --unshallow; in CI fetch-depth: 0, or GIT_DEPTH: 0).'

/** How `ls-files -v` marks a file of which nothing else is to be said: it is no other one, is there, and has no flag. */
const unchanged = 'H '

/** A file that is only intended to be added (`git add -N`) is in no commit. */
const cached = ['--cached', '--ita-invisible-in-index']

export function line(output: string): string {
  return output.replace(/\r?\n$/, '')
}
