import { expect, it } from 'vitest'
import { read, tree } from './tree.ts'

const sql = 'select 1;'

it('reads the up files of pop by version as a string, one of each version, that for PostgreSQL first', () => {
  const root = tree({
    '20240101_a.up.sql': sql,
    '20240101_a.down.sql': sql,
    '20240102_b.up.sql': 'select 2;',
    '20240102_b.postgres.up.sql': 'select 3;',
    '20240102_b.mysql.up.sql': sql,
    '20240102_b.crdb.up.sql': sql,
    '20240103_c.autocommit.up.sql': sql,
    'sub/20240100_x.pg.up.sql': sql,
    'schema.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    layouts: ['pop . 4'],
    files: [
      'sub/20240100_x.pg.up.sql',
      '20240101_a.up.sql',
      '20240102_b.postgres.up.sql',
      '20240103_c.autocommit.up.sql',
    ],
    unread: {
      '20240101_a.down.sql': 'is a down part',
      '20240102_b.up.sql': 'has the version of 20240102_b.postgres.up.sql, which pop runs in its place',
      '20240102_b.mysql.up.sql': 'is for another database, mysql',
      '20240102_b.crdb.up.sql': 'is for another database, cockroach',
      'schema.sql': 'is not named as a migration of pop',
    },
    session: 'same',
  })
})

it('keeps the place of a migration in fizz, which is not read, and names its down part', () => {
  const root = tree({ '1_a.up.fizz': 'create_table("t")', '1_a.down.fizz': '', '2_b.up.sql': sql })
  expect(read(root, '.')).toMatchObject({
    layouts: ['pop . 2'],
    sql: [
      "1_a.up.fizz: unreadable: a fizz migration: its effect can't be read from SQL",
      '2_b.up.sql: select 1;',
    ],
    unread: { '1_a.down.fizz': 'is a down part' },
  })
})

it('tells pop from golang-migrate by go.mod where the names do not', () => {
  const files = { 'migrations/1_a.up.sql': sql, 'migrations/1_a.down.sql': sql }
  const of = (required: string) => tree({ 'go.mod': `module x\n\nrequire ${required} v6.1.1\n`, ...files })
  expect(read(of('github.com/gobuffalo/pop/v6'), 'migrations').layouts).toEqual(['pop migrations 1'])
  expect(read(of('github.com/gobuffalo/popular'), 'migrations').layouts).toEqual([
    'golang-migrate migrations 1',
  ])
})

it('loses the statements of pop that a template fills', () => {
  const root = tree({ '1_a.postgres.up.sql': 'select 1;\ncreate table {{ .Name }} ();' })
  expect(read(root, '.').sql[1]).toMatch(/unreadable: \{\{ .Name \}\} is put in by the migration tool/)
})
