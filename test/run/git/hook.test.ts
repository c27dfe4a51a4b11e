import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { installHook } from '../../../src/run/git/hook.ts'
import { folderWith } from '../../cli/ringfence.ts'
import { git, repositoryWith, write } from './scratch.ts'

const bare = '#!/bin/sh\n# Refuses a commit that brings an unsafe migration.\n'

/** Puts a command where npm puts it. */
function installed(folder: string): void {
  write(folder, 'node_modules/.bin/ringfence', '#!/bin/sh\necho "ringfence $* in $(pwd)" >&2\nexit 1\n')
  chmodSync(join(folder, 'node_modules/.bin/ringfence'), 0o755)
}

describe('the hook of a repository that has none', () => {
  test('is written, may be executed, and refuses the commit when ringfence does', () => {
    const folder = repositoryWith({})
    installed(folder)
    expect(installHook(folder)).toEqual({ kind: 'written', file: '.git/hooks/pre-commit' })
    const file = join(folder, '.git/hooks/pre-commit')
    expect(readFileSync(file, 'utf8')).toBe(`${bare}./node_modules/.bin/ringfence check --staged\n`)
    expect(statSync(file).mode & 0o111).toBe(0o111)
    expect(() => git(folder, 'commit', '--allow-empty', '-m', 'x')).toThrow(
      `ringfence check --staged in ${folder}`,
    )
    expect(installHook(folder)).toEqual({ kind: 'present', file: '.git/hooks/pre-commit' })
  })

  test('goes to the folder of a subproject first, whatever its name, with the command installed there or above', () => {
    const folder = repositoryWith({ "it's an api/package.json": '{}' })
    const project = join(folder, "it's an api")
    installed(folder)
    expect(installHook(project)).toEqual({ kind: 'written', file: '../.git/hooks/pre-commit' })
    expect(readFileSync(join(folder, '.git/hooks/pre-commit'), 'utf8')).toBe(
      `${bare}cd 'it'\\''s an api' && ../node_modules/.bin/ringfence check --staged\n`,
    )
    expect(() => git(folder, 'commit', '--allow-empty', '-m', 'x')).toThrow(`check --staged in ${project}`)
  })

  test('leaves it to npx to find a command that is not installed in the repository', () => {
    const folder = repositoryWith({})
    installHook(folder)
    expect(readFileSync(join(folder, '.git/hooks/pre-commit'), 'utf8')).toBe(
      `${bare}npx --no-install ringfence check --staged\n`,
    )
  })

  test('stands in the one folder of all worktrees', () => {
    const folder = repositoryWith({})
    git(folder, 'worktree', 'add', '--quiet', join(folder, 'tree'), '-b', 'other')
    expect(installHook(join(folder, 'tree'))).toEqual({ kind: 'written', file: '../.git/hooks/pre-commit' })
  })

  test('stands where core.hooksPath says', () => {
    const folder = repositoryWith({})
    git(folder, 'config', 'core.hooksPath', 'tools/hooks')
    expect(installHook(folder)).toEqual({ kind: 'written', file: 'tools/hooks/pre-commit' })
  })

  test('is not written to a folder outside of it', () => {
    const folder = repositoryWith({})
    const elsewhere = folderWith({})
    git(folder, 'config', 'core.hooksPath', elsewhere)
    expect(installHook(folder)).toMatchObject({
      kind: 'by-hand',
      add: 'npx --no-install ringfence check --staged',
    })
    expect(() => statSync(join(elsewhere, 'pre-commit'))).toThrow('ENOENT')
  })
})

describe('a hook that is there', () => {
  test('stays as it is, and what to add to it is told', () => {
    const folder = repositoryWith({})
    const file = join(folder, '.git/hooks/pre-commit')
    mkdirSync(join(folder, '.git/hooks'), { recursive: true })
    writeFileSync(file, '#!/bin/sh\nnpm test\n')
    expect(installHook(folder)).toEqual({
      kind: 'by-hand',
      file: '.git/hooks/pre-commit',
      reason: 'there is a hook already',
      add: 'npx --no-install ringfence check --staged',
    })
    expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\nnpm test\n')
  })

  test("of husky's is the file beside its own folder", () => {
    const folder = repositoryWith({})
    git(folder, 'config', 'core.hooksPath', '.husky/_')
    expect(installHook(folder)).toEqual({ kind: 'written', file: '.husky/pre-commit' })
    expect(readFileSync(join(folder, '.husky/pre-commit'), 'utf8')).toBe(
      'npx --no-install ringfence check --staged\n',
    )
    write(folder, '.husky/pre-commit', 'npm test\n')
    expect(installHook(folder)).toMatchObject({ kind: 'by-hand', file: '.husky/pre-commit' })
  })

  test.each([
    ['lefthook.yml', 'run: npx --no-install ringfence check --staged'],
    ['.pre-commit-config.yaml', "entry: sh -c 'npx --no-install ringfence check --staged'"],
  ])('of the tool that %s sets up is written by the tool', (file, line) => {
    const folder = repositoryWith({ [file]: '' })
    const outcome = installHook(folder)
    expect(outcome).toMatchObject({ kind: 'by-hand', file })
    expect(outcome.kind === 'by-hand' ? outcome.add : '').toContain(line)
    write(folder, file, outcome.kind === 'by-hand' ? outcome.add : '')
    expect(installHook(folder)).toEqual({ kind: 'present', file })
  })
})
