import { afterEach, expect, test } from 'vitest'
import type { SessionStart } from '../../../src/replay/migration.ts'
import { applyMigrations } from '../../../src/run/apply/apply-migrations.ts'
import { testServer } from '../../server.ts'
import { failureOf, files } from './migrations.ts'

const server = testServer()
afterEach(() => server().reset())

/** In which namespace the second file creates a table, and whether it sees the temporary table of the first. */
async function secondFile(session: SessionStart) {
  const database = await server().createDatabase()
  const texts = [
    `create schema app; create role maker; grant all on schema app, public to maker;
     create temp table passing (id int); set search_path = app; set role maker;`,
    `create table t as select to_regclass('pg_temp.passing') is not null as passing, current_user::text as who`,
  ]
  await applyMigrations(database, files(texts, { session }))
  const connection = await database.connect()
  const [row] = await connection.query(
    `select relnamespace::regnamespace::text as namespace, relowner::regrole::text as owner
     from pg_class where relname = 't'`,
  )
  await connection.close()
  return row
}

test.each<[SessionStart, object]>([
  ['same', { namespace: 'app', owner: 'maker' }],
  ['reset-all', { namespace: 'public', owner: 'maker' }],
  [['role', 'session_authorization'], { namespace: 'app', owner: 'postgres' }],
  ['new', { namespace: 'public', owner: 'postgres' }],
])('a file starts in the session that its tool gives it: %s', async (session, expected) => {
  expect(await secondFile(session)).toEqual(expected)
})

test('a setting of the database is in force for the next session, and is set on the database at hand', async () => {
  const database = await server().createDatabase()
  const texts = [
    'create schema app; alter database production set search_path = app',
    'create table t (id int)',
  ]
  await applyMigrations(database, files(texts, { session: 'new' }))
  const connection = await database.connect()
  expect(await connection.query(`select to_regclass('app.t')::text as t`)).toEqual([{ t: 't' }])
  await connection.close()
})

test('what a role sets in the database of the migrations is set in the one at hand', async () => {
  const database = await server().createDatabase()
  const text = `create role clerk; alter role clerk in database production set search_path = app;`
  await applyMigrations(database, files([text]))
  const connection = await database.connect()
  const rows = await connection.query(
    `select d.datname = current_database() as here, s.setconfig[1] as setting
     from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase`,
  )
  expect(rows).toEqual([{ here: true, setting: 'search_path=app' }])
  await connection.close()
})

test('rows of COPY are left out', async () => {
  const database = await server().createDatabase()
  const text = 'create table t (id int);\ncopy t from stdin;\n1\n\\.\nalter table t add x int;'
  const end = text.indexOf('1')
  const from = text.indexOf('alter')
  await applyMigrations(database, [
    {
      file: 'dump.sql',
      text,
      parts: [
        { kind: 'sql', start: 0, end },
        { kind: 'sql', start: from, end: text.length },
      ],
      session: 'new',
    },
  ])
  const connection = await database.connect()
  expect(await connection.query('select id, x from t')).toEqual([])
  await connection.close()
})

test('what a reader of the file could make no SQL of fails at its place', async () => {
  const database = await server().createDatabase()
  const text = 'select;\n:unset'
  const run = applyMigrations(database, [
    {
      file: 'a.sql',
      text,
      parts: [
        { kind: 'sql', start: 0, end: 7 },
        { kind: 'unreadable', start: 8, end: 14, reason: 'the psql variable "unset" is not set here' },
      ],
      session: 'new',
    },
  ])
  expect(await failureOf(run)).toBe(
    `a.sql:2:1 can't be run: the psql variable "unset" is not set here | The first statement of the file is applied.`,
  )
})

test('an error in an included file is shown there, behind characters of two units', async () => {
  const database = await server().createDatabase()
  const text = "select '\u{1f600}', nothing;"
  const included = {
    file: 'b.sql',
    text,
    parts: [{ kind: 'sql', start: 0, end: text.length }],
    session: 'new',
  } as const
  const run = applyMigrations(database, [
    {
      file: 'a.sql',
      text: '\\i b.sql',
      parts: [{ kind: 'include', start: 0, end: 8, migration: included }],
      session: 'new',
    },
  ])
  expect(await failureOf(run)).toBe(
    'b.sql:1:14 column "nothing" does not exist (SQLSTATE 42703) | Nothing of the file is applied.',
  )
})

test('the platform stands before the first file, though its roles are on the server already', async () => {
  const text =
    'create table t (id uuid default auth.uid()); create policy p on t to authenticated using (true);'
  for (let round = 0; round < 2; round++) {
    const database = await server().createDatabase()
    await applyMigrations(database, files([text]), { platform: 'supabase' })
    const connection = await database.connect()
    expect(await connection.query(`select has_table_privilege('anon', 'public.t', 'insert') as may`)).toEqual(
      [{ may: true }],
    )
    await connection.close()
    await database.drop()
  }
})
