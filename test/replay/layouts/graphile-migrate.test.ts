import { expect, it } from 'vitest'
import { read, tree } from './tree.ts'

const sql = 'select 1;'
const header = (previous: string) => `--! Previous: ${previous}\n--! Hash: sha1:0\n\n`

it('reads the committed migrations of graphile-migrate by number, then the one being written', () => {
  const root = tree({
    'db/migrations/committed/000002-b.sql': `${header('sha1:0')}select 2;`,
    'db/migrations/committed/000001.sql': `${header('-')}select 1;`,
    'db/migrations/committed/notes.sql': sql,
    'db/migrations/current.sql': 'select 3;',
    'db/migrations/afterReset.sql': sql,
    'db/migrations/fixtures/f.sql': sql,
  })
  for (const path of ['.', 'db/migrations'])
    expect(read(root, path)).toMatchObject({
      layouts: ['graphile-migrate db/migrations 3'],
      files: [
        'db/migrations/committed/000001.sql',
        'db/migrations/committed/000002-b.sql',
        'db/migrations/current.sql',
      ],
      unread: {
        'db/migrations/committed/notes.sql': 'is not named <number>-name.sql',
        'db/migrations/afterReset.sql':
          'is no migration: graphile-migrate runs it in an action or an include',
        'db/migrations/fixtures/f.sql':
          'is no migration: graphile-migrate runs it in an action or an include',
      },
      session: 'same',
    })
  expect(read(root, 'db/migrations/committed').files).toEqual([
    'db/migrations/committed/000001.sql',
    'db/migrations/committed/000002-b.sql',
  ])
  expect(read(root, 'db/migrations/committed/000002-b.sql').layouts).toEqual([
    'graphile-migrate db/migrations/committed 1',
  ])
})

it('reads the files of the folder current by number', () => {
  const root = tree({
    'committed/000001.sql': `${header('-')}select 1;`,
    'current/10-b.sql': 'select 3;',
    'current/2-a.sql': 'select 2;',
  })
  expect(read(root, '.').files).toEqual(['committed/000001.sql', 'current/2-a.sql', 'current/10-b.sql'])
})

it('takes a folder called committed without the header for what its files are', () => {
  expect(read(tree({ 'committed/000001.sql': sql }), '.').layouts[0]).toBe('numbered committed 1')
})

it('reads no include of graphile-migrate, and what stands around it', () => {
  const root = tree({
    'committed/000001.sql': `${header('-')}select 1;`,
    'current.sql': 'select 2;\n--! include functions/f.sql\nselect 3;\n--! included is a comment\n',
  })
  expect(read(root, '.').sql.slice(1)).toEqual([
    'current.sql: select 2;',
    'current.sql: unreadable: graphile-migrate includes functions/f.sql, which is not read',
    'current.sql: select 3;\n--! included is a comment',
  ])
})

it('fills the placeholders of graphile-migrate, in strings too, and loses statements where a value is missing', () => {
  const root = tree({
    'committed/000001.sql': `${header('-')}grant select on t to :DATABASE_VISITOR;\ndo $$ begin execute 'grant :DATABASE_OWNER to x'; end $$;\ngrant x to :APP;\nselect to_char(now(), 'HH24:MI:SS'), 'a'::TEXT;`,
  })
  const variables = { DATABASE_VISITOR: 'visitor', DATABASE_OWNER: 'boss' }
  expect(read(root, { path: '.', variables }).sql).toEqual([
    'committed/000001.sql: --! Previous: -\n--! Hash: sha1:0\n\ngrant select on t to visitor;',
    "committed/000001.sql: do $$ begin execute 'grant boss to x'; end $$;",
    'committed/000001.sql: unreadable: :APP is put in by the migration tool; give "APP" in "variables"',
    "committed/000001.sql: select to_char(now(), 'HH24:MI:SS'), 'a'::TEXT;",
  ])
})
