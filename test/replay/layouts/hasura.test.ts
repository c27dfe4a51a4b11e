import { expect, it } from 'vitest'
import { read, refusal, tree } from './tree.ts'

const sql = 'select 1;'

it('reads up.sql of the migrations of Hasura by version, given the project or a folder in it', () => {
  const root = tree({
    'hasura/config.yaml': 'version: 3\nendpoint: http://localhost:8080\nmetadata_directory: metadata\n',
    'hasura/migrations/default/1654698227514_b/up.sql': sql,
    'hasura/migrations/default/1654698227514_b/down.sql': sql,
    'hasura/migrations/default/1654696186008_a/up.sql': sql,
    'hasura/seeds/default/1_x.sql': sql,
  })
  const files = [
    'hasura/migrations/default/1654696186008_a/up.sql',
    'hasura/migrations/default/1654698227514_b/up.sql',
  ]
  for (const path of ['.', 'hasura', 'hasura/migrations', 'hasura/migrations/default'])
    expect(read(root, path)).toMatchObject({
      files,
      unread: { 'hasura/migrations/default/1654698227514_b/down.sql': 'is a down part' },
      session: 'new',
    })
  expect(read(root, 'hasura')).toMatchObject({
    layouts: ['hasura hasura 2'],
    unread: { 'hasura/seeds/default/1_x.sql': 'is not among the migrations' },
  })
  expect(read(root, files[1] ?? '').layouts).toEqual(['hasura hasura/migrations/default 1'])
})

it('refuses the migrations of two databases of Hasura as two histories', () => {
  const root = tree({
    'migrations/default/1654696186008_a/up.sql': sql,
    'migrations/reports/1654696186009_a/up.sql': sql,
  })
  expect(refusal(root, 'migrations')).toBe(
    'migrations: holds several histories: migrations/default (hasura), migrations/reports (hasura)',
  )
})

it('tells Hasura from diesel by the versions, or by its config.yaml', () => {
  const diesel = {
    'migrations/00000000000000_setup/up.sql': sql,
    'migrations/2024-01-02-000000_b/up.sql': sql,
  }
  expect(read(tree(diesel), 'migrations').layouts).toEqual(['diesel migrations 2'])
  const short = { 'migrations/1_a/up.sql': sql, 'migrations/2_b/up.sql': sql }
  expect(read(tree(short), 'migrations').layouts).toEqual(['diesel migrations 2'])
  const project = tree({ ...short, 'config.yaml': 'version: 2\nendpoint: http://localhost:8080\n' })
  expect(read(project, 'migrations').layouts).toEqual(['hasura migrations 2'])
})
