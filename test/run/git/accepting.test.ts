import { expect, test } from 'vitest'
import { commitAll, history, judge, repositoryWith, stage, table, write } from './scratch.ts'

const id = 'row-security-not-enabled'
const accepting = (name: string) => `-- ringfence: accept ${id} on public.${name} because x\n`
const config = (more: object) => JSON.stringify({ ...JSON.parse(history['ringfence.config.json']), ...more })

test('a staged comment accepts what is staged with it, and is told where it accepts nothing', async () => {
  const folder = repositoryWith(history)
  stage(folder, 'db/migrations/004_files.sql', accepting('files') + table('files'))
  expect((await judge(folder)).found).toEqual([])
  stage(folder, 'db/migrations/004_files.sql', accepting('file') + table('files'))
  expect((await judge(folder)).found).toEqual([
    expect.stringMatching(/^suppression-unused /),
    `${id} public.files @db/migrations/004_files.sql`,
  ])
})

test('a comment that is not staged accepts nothing of what is', async () => {
  const folder = repositoryWith(history)
  stage(folder, 'db/migrations/004_files.sql', table('files'))
  write(folder, 'db/migrations/004_files.sql', accepting('files') + table('files'))
  expect((await judge(folder)).found).toEqual([`${id} public.files @db/migrations/004_files.sql`])
})

test('a committed comment holds for its own table, and not where a staged file creates it again', async () => {
  const folder = repositoryWith({
    ...history,
    'db/migrations/004_files.sql': accepting('files') + table('files'),
    'db/migrations/005_drop.sql': 'drop table public.files;',
  })
  stage(folder, 'db/migrations/006_again.sql', table('files'))
  expect((await judge(folder)).found).toEqual([`${id} public.files @db/migrations/006_again.sql`])
})

test('a comment that a change of an old file takes out accepts no more', async () => {
  const folder = repositoryWith({
    ...history,
    'db/migrations/004_files.sql': accepting('files') + table('files'),
    'db/migrations/005_none.sql': 'select 1;',
  })
  stage(folder, 'db/migrations/004_files.sql', table('files'))
  const told = [`${id} public.files @db/migrations/004_files.sql`]
  expect((await judge(folder)).found).toEqual(told)
  commitAll(folder)
  expect((await judge(folder, { kind: 'since', revision: 'HEAD~1' })).found).toEqual(told)
})

test('severities by path go by the file in the repository', async () => {
  const paths = [{ path: 'db/migrations/legacy_*.sql', checks: { [id]: 'off' } }]
  const folder = repositoryWith({ ...history, 'ringfence.config.json': config({ paths }) })
  stage(folder, 'db/migrations/legacy_1.sql', table('files'))
  expect((await judge(folder)).found).toEqual([])
})
