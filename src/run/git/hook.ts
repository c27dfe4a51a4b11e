import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { line, Repository } from './repository.ts'

/** What became of a commit hook. Files are relative to the working directory of the command. */
export type HookOutcome =
  /** It was not there and is now. */
  | { readonly kind: 'written'; readonly file: string }
  /** It runs ringfence already. */
  | { readonly kind: 'present'; readonly file: string }
  /** Somebody else's: nothing was written. `add` goes into the file. */
  | { readonly kind: 'by-hand'; readonly file: string; readonly reason: string; readonly add: string }

/**
 * Writes the hook that refuses a commit with an unsafe migration, where git looks for it (`core.hooksPath`, the one folder of all
 * worktrees). A hook that is there, one that a tool manages and one of several repositories are left as they are.
 */
export function installHook(cwd: string): HookOutcome {
  const repository = new Repository(cwd)
  const { top, git } = repository
  const hooks = resolve(top, line(git.run(['rev-parse', '--git-path', 'hooks'])))
  const common = resolve(top, line(git.run(['rev-parse', '--git-common-dir'])))
  const command = commandIn(top, repository.folder)
  const shown = (file: string) => relative(cwd, file).split(sep).join('/')
  const manager = managers.find(({ files }) => files.some((file) => existsSync(join(top, file))))
  const named = manager?.files.find((file) => existsSync(join(top, file)))
  if (manager !== undefined && named !== undefined) {
    const file = join(top, named)
    return mentions(file)
      ? { kind: 'present', file: shown(file) }
      : { kind: 'by-hand', file: shown(file), reason: manager.reason, add: manager.add(command) }
  }
  const isHusky = hooks.endsWith(join('.husky', '_'))
  const file = join(isHusky ? dirname(hooks) : hooks, 'pre-commit')
  if (existsSync(file)) {
    if (mentions(file)) return { kind: 'present', file: shown(file) }
    return { kind: 'by-hand', file: shown(file), reason: 'there is a hook already', add: command }
  }
  if (!isIn(top, hooks) && !isIn(common, hooks)) {
    const reason =
      'core.hooksPath names a folder outside of the repository, whose hooks may be those of others too'
    return { kind: 'by-hand', file: shown(file), reason, add: command }
  }
  mkdirSync(dirname(file), { recursive: true })
  const text = isHusky
    ? `${command}\n`
    : `#!/bin/sh\n# Refuses a commit that brings an unsafe migration.\n${command}\n`
  writeFileSync(file, text, { mode: 0o755, flag: 'wx' })
  return { kind: 'written', file: shown(file) }
}

/** Tools that write git's hooks themselves, and what to add to their file. */
const managers: readonly {
  readonly files: readonly string[]
  readonly reason: string
  readonly add: (command: string) => string
}[] = [
  {
    files: ['lefthook.yml', 'lefthook.yaml', '.lefthook.yml', '.lefthook.yaml'],
    reason: 'lefthook writes the hooks of this repository',
    add: (command) => `pre-commit:\n  jobs:\n    - name: ringfence\n      run: ${command}`,
  },
  {
    files: ['.pre-commit-config.yaml'],
    reason: 'pre-commit writes the hooks of this repository',
    add: (command) =>
      `  - repo: local\n    hooks:\n      - id: ringfence\n        name: ringfence\n        entry: sh -c ${quoted(command)}\n        language: system\n        pass_filenames: false\n        always_run: true`,
  },
]

/** What runs ringfence for a folder of the repository, from its top, where hooks are run. */
function commandIn(top: string, folder: string): string {
  const run = `${binaryFrom(top, folder) ?? 'npx --no-install ringfence'} check --staged`
  return folder === '' ? run : `cd ${quoted(folder)} && ${run}`
}

/** The command as npm installs it for a folder, seen from there. */
function binaryFrom(top: string, folder: string): string | null {
  const start = join(top, folder)
  for (let above = start; isIn(top, above); above = dirname(above)) {
    const file = join(above, 'node_modules', '.bin', 'ringfence')
    if (existsSync(file))
      return `${relative(start, above).split(sep).join('/') || '.'}/node_modules/.bin/ringfence`
    if (above === top) return null
  }
  return null
}

function mentions(file: string): boolean {
  return readFileSync(file, 'utf8').includes('ringfence')
}

function isIn(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
