import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Outcome } from '../cli/ringfence.ts'
import { commitAll, git, history, protection, repositoryWith, table, write } from '../run/git/scratch.ts'

export const unsafe = table('invoices')
export const safe = table('invoices') + protection('invoices')

/**
 * A clone whose `main` is that of `origin`, with ringfence installed as npm does, and a branch checked out that adds a migration.
 * `folder` is where the project lies in it.
 */
export function projectWith(
  migration: string,
  folder = '.',
): { readonly root: string; readonly base: string } {
  const root = repositoryWith({
    ...Object.fromEntries(Object.entries(history).map(([file, text]) => [join(folder, file), text])),
    '.gitignore': 'node_modules\n',
  })
  const base = git(root, 'rev-parse', 'HEAD').trim()
  git(root, 'update-ref', 'refs/remotes/origin/main', base)
  git(root, 'switch', '--quiet', '--create', 'invoices')
  write(root, join(folder, 'db/migrations/004_invoices.sql'), migration)
  commitAll(root)
  write(root, join(folder, 'package.json'), '{}')
  const bin = join(folder, 'node_modules/.bin/ringfence')
  write(root, bin, `#!/bin/sh\nexec '${process.execPath}' '${inject('cli')}' "$@"\n`)
  spawnSync('chmod', ['+x', join(root, bin)])
  return { root, base }
}

/** Runs a script as the runner of a CI does, with no more of the environment than these variables. */
export function runScript(
  shell: readonly [string, ...string[]],
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Outcome {
  const [program, ...args] = shell
  const { PATH = '', HOME = '' } = process.env
  const { status, stdout, stderr } = spawnSync(program, [...args, script], {
    cwd,
    encoding: 'utf8',
    env: { PATH, HOME, ...env },
  })
  return { code: status, stdout, stderr }
}
