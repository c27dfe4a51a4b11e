import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith } from '../../cli/ringfence.ts'
import { commitAll, git, history, judge, protection, repositoryWith, table, write } from './scratch.ts'

const unprotected = 'row-security-not-enabled'
const main = { kind: 'since', revision: 'main' } as const

/** A repository whose branch is checked out, and on whose main another migration came meanwhile. */
function branched(): string {
  const folder = repositoryWith(history)
  git(folder, 'checkout', '--quiet', '-b', 'branch')
  git(folder, 'checkout', '--quiet', 'main')
  write(folder, 'db/migrations/004_main.sql', table('of_main'))
  commitAll(folder)
  git(folder, 'checkout', '--quiet', 'branch')
  return folder
}

describe('what a branch brings', () => {
  test('counts from where it left the revision: committed, changed and untracked files', async () => {
    const folder = branched()
    write(folder, 'db/migrations/005_bills.sql', table('bills'))
    commitAll(folder)
    write(folder, 'db/migrations/006_lines.sql', table('lines'))
    expect((await judge(folder, main)).found).toEqual([
      `${unprotected} public.bills @db/migrations/005_bills.sql`,
      `${unprotected} public.lines @db/migrations/006_lines.sql`,
    ])
    write(folder, 'db/migrations/005_bills.sql', table('bills') + protection('bills'))
    expect((await judge(join(folder, 'db'), main)).found).toEqual([
      `${unprotected} public.lines @migrations/006_lines.sql`,
    ])
  })

  test('is nothing where no migration differs', async () => {
    const folder = branched()
    write(folder, 'README.md', 'text')
    const { found, notes } = await judge(folder, main)
    expect(found).toEqual([])
    expect(notes).toContain('no migration differs from main')
  })

  test('is a defect too where it deletes or changes what protected', async () => {
    const folder = branched()
    git(folder, 'rm', '--quiet', 'db/migrations/003_protect.sql')
    commitAll(folder)
    expect((await judge(folder, main)).found).toEqual([
      `${unprotected} public.notes @db/migrations/002_notes.sql`,
    ])
  })

  test('is held against included files as they were', async () => {
    const folder = repositoryWith({
      ...history,
      'db/migrations/004_lists.sql': '\\ir ../all.psql\n',
      'db/all.psql': table('lists'),
    })
    write(folder, 'db/all.psql', `${table('lists')}-- a comment\n`)
    expect((await judge(folder, main)).found).toEqual([])
    write(folder, 'db/all.psql', table('lists') + table('more'))
    expect((await judge(folder, main)).found).toEqual([
      `${unprotected} public.more @db/migrations/004_lists.sql`,
    ])
  })
})

describe('a revision', () => {
  test.each(['nowhere', '-x', '--all', '', 'main..branch'])(
    'that is none is refused: "%s"',
    async (revision) => {
      const folder = branched()
      await expect(judge(folder, { kind: 'since', revision })).rejects.toThrow(
        `git knows no revision "${revision}"`,
      )
    },
  )

  test('of another history has no commit in common', async () => {
    const folder = branched()
    git(folder, 'checkout', '--quiet', '--orphan', 'other')
    write(folder, 'README.md', 'another beginning')
    commitAll(folder)
    await expect(judge(folder, main)).rejects.toThrow('this branch and main have no commit in common')
  })

  test('that a shallow clone lacks, or whose merge base it lacks: the history is to be fetched', async () => {
    const folder = branched()
    write(folder, 'db/migrations/005_bills.sql', table('bills'))
    commitAll(folder)
    const clone = join(folderWith({}), 'clone')
    git(folder, 'clone', '--quiet', '--depth=1', `file://${folder}`, clone)
    const hint = expect.stringContaining('fetch-depth: 0')
    await expect(judge(clone, { kind: 'since', revision: 'origin/main' })).rejects.toMatchObject({
      message: 'git knows no revision "origin/main"',
      hint,
    })
    git(clone, 'fetch', '--quiet', '--depth=1', 'origin', 'main:refs/remotes/origin/main')
    await expect(judge(clone, { kind: 'since', revision: 'origin/main' })).rejects.toMatchObject({
      message: 'this branch and origin/main have no commit in common',
      hint,
    })
    git(clone, 'fetch', '--quiet', '--unshallow')
    expect((await judge(clone, { kind: 'since', revision: 'origin/main' })).found).toEqual([
      `${unprotected} public.bills @db/migrations/005_bills.sql`,
    ])
  })
})
