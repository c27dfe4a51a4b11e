import { expect, it, test } from 'vitest'
import { NextPlace } from '../../../src/replay/layouts/plan-next.ts'
import { tree } from './tree.ts'

const sql = 'select 1;\n'
const block = 'do $$ begin perform 1; perform 2; end $$;\n'
const draft = {
  name: 'isolate_rows',
  now: new Date('2027-01-31T12:34:56.789Z'),
  up: block,
  down: '-- nothing\n',
}
const cargo = { 'Cargo.toml': '[dependencies]\nsqlx = "0.8"\nrefinery = "0.8"\n' }
const committed = { 'm/committed/000001.sql': '--! Previous: -\n--! Hash: sha1:0\n\nselect 1;\n' }

/** The files of the migration that comes next. */
function next(files: Readonly<Record<string, string>>) {
  const { files: planned, migration } = new NextPlace({ path: 'm' }, { cwd: tree(files) }).plan(draft)
  return { names: planned.map(({ file }) => file), text: planned[0]?.text ?? '', migration }
}

test.each<[string, Record<string, string>, string[]]>([
  ['sqlx', { ...cargo, 'm/20240101000000_a.sql': sql }, ['m/20270131123456_isolate_rows.sql']],
  [
    'sqlx with down parts',
    { ...cargo, 'm/0001_a.up.sql': sql, 'm/0001_a.down.sql': sql },
    ['m/0002_isolate_rows.up.sql', 'm/0002_isolate_rows.down.sql'],
  ],
  ['refinery', { ...cargo, 'm/V2__a.sql': sql, 'm/x/U9__b.sql': sql }, ['m/x/V10__isolate_rows.sql']],
  [
    'pop',
    { 'm/20240101000000_a.up.fizz': '' },
    ['m/20270131123456_isolate_rows.up.sql', 'm/20270131123456_isolate_rows.down.sql'],
  ],
  [
    'pop for several databases',
    { 'm/20240101000000_a.up.sql': sql, 'm/20230101000000_b.mysql.up.sql': sql },
    ['m/20270131123456_isolate_rows.postgres.up.sql', 'm/20270131123456_isolate_rows.postgres.down.sql'],
  ],
  [
    'hasura',
    { 'm/1654696186008_a/up.sql': sql },
    ['m/1801398896789_isolate_rows/up.sql', 'm/1801398896789_isolate_rows/down.sql'],
  ],
  [
    'node-pg-migrate',
    { 'm/1700000000000_a.sql': '-- Up Migration\nselect 1;' },
    ['m/1801398896789_isolate_rows.sql'],
  ],
  ['sql-migrate', { 'm/12-a.sql': '-- +migrate Up\nselect 1;' }, ['m/13-isolate-rows.sql']],
  ['graphile-migrate', committed, ['m/current.sql']],
  ['graphile-migrate in parts', { ...committed, 'm/current/3-a.sql': sql }, ['m/current/4-isolate-rows.sql']],
])('names the next migration of %s, which is replayed whole', (_, files, names) => {
  const planned = next(files)
  expect(planned.names).toEqual(names)
  const { text, parts } = planned.migration
  const read = parts.map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`).join('')
  expect(read.replaceAll(/-- \+migrate.*\n|\n/g, '')).toBe(`sql ${block.trim()}`)
})

it('marks a statement that holds semicolons for sql-migrate, and where each part begins', () => {
  expect(next({ 'm/1_a.sql': '-- +migrate Up\nselect 1;' }).text).toBe(
    `-- +migrate Up\n-- +migrate StatementBegin\n${block}-- +migrate StatementEnd\n\n-- +migrate Down\n-- nothing\n`,
  )
})

it('writes into no current.sql of graphile-migrate that is there', () => {
  expect(() => next({ ...committed, 'm/current.sql': sql })).toThrow(
    expect.objectContaining({ file: 'm/current.sql', hint: 'Print the SQL, and add it to that file.' }),
  )
})

it('refuses to name a migration of sql-migrate where the last has no number', () => {
  expect(() => next({ 'm/1_a.sql': '-- +migrate Up\nselect 1;', 'm/b.sql': '-- +migrate Up' })).toThrow(
    'the name b has no version',
  )
})
