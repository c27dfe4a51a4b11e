import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { git, history, protection, repositoryWith, stage, table, write } from '../run/git/scratch.ts'
import { documented } from './documented.ts'

const managers = join(import.meta.dirname, 'node_modules/.bin')

beforeAll(() => {
  if (existsSync(managers)) return
  const { status, stderr } = spawnSync('npm', ['ci', '--prefix', import.meta.dirname], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm ci --prefix test/hooks: ${stderr}`)
}, 120_000)

/** A project with a history that nothing is wrong with, and with ringfence and the hook managers installed. */
function project(files: Readonly<Record<string, string>> = {}): string {
  const folder = repositoryWith({
    ...history,
    ...files,
    'package.json': '{}',
    '.gitignore': 'node_modules\n',
  })
  const bin = join(folder, 'node_modules/.bin')
  mkdirSync(bin, { recursive: true })
  for (const name of readdirSync(managers)) symlinkSync(join(managers, name), join(bin, name))
  const shim = join(bin, 'ringfence')
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${inject('cli')}" "$@"\n`)
  chmodSync(shim, 0o755)
  return folder
}

interface Commit {
  readonly code: number | null
  readonly said: string
}

/** Commits what is staged, with hooks. */
function commit(folder: string, ...args: readonly string[]): Commit {
  const { PATH = '', LEFTHOOK: _, HUSKY: __, ...others } = process.env
  const { status, stdout, stderr } = spawnSync(
    'git',
    ['-c', 'user.name=nobody', '-c', 'user.email=nobody@example.com', 'commit', '-m', 'a migration', ...args],
    { cwd: folder, encoding: 'utf8', env: { ...others, PATH, CI: '' } },
  )
  return { code: status, said: stdout + stderr }
}

function run(folder: string, command: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(join(managers, command), args, {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${command}: ${stdout}${stderr}`)
}

/** An unsafe migration is refused and leaves no commit, though the working tree has it mended; once that is staged it goes through. */
function expectGuarded(folder: string): void {
  const head = git(folder, 'rev-parse', 'HEAD')
  stage(folder, 'db/migrations/004_bills.sql', table('bills'))
  const refused = commit(folder)
  expect(refused.said).toContain('[row-security-not-enabled]')
  expect(refused.code).toBe(1)
  expect(git(folder, 'rev-parse', 'HEAD')).toBe(head)
  stage(folder, 'db/migrations/004_bills.sql', table('bills') + protection('bills'))
  const passed = commit(folder)
  expect(passed.said).toContain('1 file changed')
  expect(passed.code).toBe(0)
}

/** Deleting what protected a table is refused. */
function expectDeletionRefused(folder: string): void {
  git(folder, 'rm', '--quiet', 'db/migrations/003_protect.sql')
  const { code, said } = commit(folder)
  expect(said).toContain('public.notes has no row security')
  expect(code).toBe(1)
}

test('a hook of git alone', () => {
  const folder = project()
  write(folder, '.git/hooks/pre-commit', documented('.git/hooks/pre-commit'))
  chmodSync(join(folder, '.git/hooks/pre-commit'), 0o755)
  expectGuarded(folder)
  stage(folder, 'db/migrations/005_lines.sql', '')
  write(folder, 'db/migrations/005_lines.sql', table('lines'))
  expect(commit(folder, '--all').said).toContain('public.lines has no row security')
  expect(commit(folder, '--', 'db/migrations/005_lines.sql').said).toContain(
    'public.lines has no row security',
  )
  git(folder, 'reset', '--quiet', '--hard')
  expectDeletionRefused(folder)
})

test('husky', () => {
  const folder = project({ '.husky/pre-commit': documented('.husky/pre-commit') })
  run(folder, 'husky')
  expectGuarded(folder)
})

test('lefthook', () => {
  const folder = project({ 'lefthook.yml': documented('lefthook.yml') })
  run(folder, 'lefthook', 'install')
  expectGuarded(folder)
})

test('lint-staged', () => {
  const folder = project({
    'lint-staged.config.mjs': documented('lint-staged.config.mjs'),
    '.husky/pre-commit': 'lint-staged --diff-filter=ACMDR\n',
  })
  run(folder, 'husky')
  expectGuarded(folder)
  expectDeletionRefused(folder)
})
