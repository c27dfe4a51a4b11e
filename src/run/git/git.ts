import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../../findings/input-error.ts'

export interface GitAnswer {
  readonly status: number
  readonly output: string
}

export interface GitOptions {
  readonly input?: string
  /** An index in the place of the repository's own. */
  readonly index?: string
  /** Statuses that are answers; any other is a failure. By default 0 alone. */
  readonly accepted?: readonly number[]
}

/** git in one folder. Names in its output end with NUL where `-z` is among the arguments. */
export class Git {
  readonly cwd: string
  readonly #environment: NodeJS.ProcessEnv

  constructor(cwd: string, environment: NodeJS.ProcessEnv = environmentIn(cwd)) {
    this.cwd = cwd
    this.#environment = { ...environment, GIT_OPTIONAL_LOCKS: '0' }
  }

  /** The same repository, seen from another of its folders. */
  in(folder: string): Git {
    return new Git(folder, this.#environment)
  }

  /** What git writes to stdout. Throws `InputError` with git's own words where it fails. */
  run(args: readonly string[], options: GitOptions = {}): string {
    return this.ask(args, options).output
  }

  ask(args: readonly string[], { input = '', index, accepted = [0] }: GitOptions = {}): GitAnswer {
    const { status, signal, stdout, stderr, error } = spawnSync('git', args, {
      cwd: this.cwd,
      env: index === undefined ? this.#environment : { ...this.#environment, GIT_INDEX_FILE: index },
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 31 - 1,
    })
    if (error !== undefined) throw notRun(error)
    if (status !== null && accepted.includes(status)) return { status, output: stdout }
    const words = stderr.trim().split('\n')
    const said = words.find((line) => line.startsWith('fatal: ')) ?? words[0]
    throw new InputError(
      `git ${args[0]} failed: ${said?.replace(/^fatal: /, '') || (signal ?? `status ${status}`)}`,
    )
  }
}

/** The names or records of an output that ends each with NUL. */
export function records(output: string): string[] {
  return output.split('\0').slice(0, -1)
}

function notRun(cause: NodeJS.ErrnoException): InputError {
  if (cause.code !== 'ENOENT') return new InputError(`git can't be run: ${cause.message}`, { cause })
  return new InputError('git is not there, and only git knows what changed', {
    hint: 'Install git, or put it on the PATH.',
    cause,
  })
}

/**
 * A hook in a linked worktree is run with GIT_DIR set and no GIT_WORK_TREE: git then takes any folder for the top of the worktree.
 * Where the repository is found without it, it is left out.
 */
function environmentIn(cwd: string): NodeJS.ProcessEnv {
  const { GIT_DIR, ...others } = process.env
  if (GIT_DIR === undefined || others.GIT_WORK_TREE !== undefined) return process.env
  const { status, stdout } = spawnSync('git', ['rev-parse', '--absolute-git-dir'], {
    cwd,
    env: others,
    encoding: 'utf8',
  })
  if (status !== 0) return process.env
  const named = resolve(cwd, GIT_DIR)
  const isSame = !existsSync(named) || realpathSync(named) === realpathSync(stdout.trimEnd())
  return isSame ? others : process.env
}
