import { expect, test } from 'vitest'
import { testedMajor, testServer } from '../server.ts'

const server = testServer()
const awkward = ['with "quotes"', 'with.dots', 'with\nnewline', 'ü'.repeat(31), 'select', "it's", '$1 %s \\']

test('the version is that of the server', () => {
  expect(Math.floor(server().serverVersion / 10_000)).toBe(testedMajor)
})

test('a fresh database is empty and apart from others', async () => {
  const [one, other] = [await server().createDatabase(), await server().createDatabase()]
  const connection = await one.connect()
  await connection.query('create table only_here (a int)')
  await connection.close()
  const beside = await other.connect()
  expect(await beside.query("select 1 from pg_tables where schemaname = 'public'")).toEqual([])
  await beside.close()
  await server().reset()
})

test.each(awkward)('a database, its copy and a role may be called %j', async (name) => {
  const database = await server().createDatabase({ name })
  const superuser = await database.connect()
  await superuser.query(
    `create role "${name.replaceAll('"', '""')}" login password 'secret'; create table t as select 1 as a`,
  )
  await superuser.close()
  const copy = await server().createDatabase({ name: `${name.slice(0, 20)}2`, template: name })
  const connection = await copy.connect({ user: name, password: 'secret' })
  expect(await connection.query('select current_user, current_database() as database')).toEqual([
    { current_user: name, database: copy.name },
  ])
  await connection.close()
  await server().reset()
  const left = await server().database.connect()
  expect(await left.query('select 1 from pg_database where datname = $1', [name])).toEqual([])
  expect(await left.query('select 1 from pg_roles where rolname = $1', [name])).toEqual([])
  await left.close()
})

test('a reset brings back what the snapshot holds, also where somebody is connected', async () => {
  const database = await server().createDatabase()
  const writer = await database.connect()
  await writer.query('create sequence s; create table t as select 1 as a')
  const snapshot = await database.snapshot()
  const other = await database.connect()
  await other.query(`delete from t; select nextval('s')`)
  await database.reset(snapshot)
  const reader = await database.connect()
  expect(await reader.query(`select a, nextval('s')::int from t`)).toEqual([{ a: 1, nextval: 1 }])
  await reader.close()
  await snapshot.drop()
  await expect(database.reset(snapshot)).rejects.toThrow(snapshot.name)
  await writer.close()
  await other.close()
  await server().reset()
})

test('a reset of the engine drops roles with what they own and were granted', async () => {
  const first = await server().database.connect()
  await first.query(
    'create role app; create role "App"; grant app to "App"; grant create on schema public to app',
  )
  await first.query('set role app; create table public.owned (a int)')
  await first.close()
  await server().reset()
  const second = await server().database.connect()
  expect(await second.query("select 1 from pg_roles where rolname ilike 'app'")).toEqual([])
  expect(await second.query("select 1 from pg_tables where tablename = 'owned'")).toEqual([])
  await second.close()
})

test('settings of a connection hold for its session, and a wrong one is an error', async () => {
  const { database } = server()
  const settings = {
    statement_timeout: '50ms',
    'app.tenant_id': "o'brien",
    default_transaction_read_only: 'on',
  }
  const connection = await database.connect({ settings })
  expect(await connection.query(`select current_setting('app.tenant_id') as tenant`)).toEqual([
    { tenant: "o'brien" },
  ])
  await expect(connection.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
  await expect(connection.query('create table t ()')).rejects.toMatchObject({ code: '25006' })
  await connection.close()
  await expect(database.connect({ settings: { 'no such setting': '1' } })).rejects.toThrow(/no such setting/)
})

test('queries that are sent at once are answered in turn, each with its rows', async () => {
  const connection = await server().database.connect()
  const answers = await Promise.all([
    connection.query('select 1 as a; select 2 as a'),
    connection.query('select $1::int as a', [3]),
    connection.query('select nonsense').catch((error: Error) => error.message),
    connection.query('do $$ begin end $$'),
    connection.query('select 4 as a'),
  ])
  expect(answers).toEqual([[{ a: 2 }], [{ a: 3 }], 'column "nonsense" does not exist', [], [{ a: 4 }]])
  await connection.close()
  await connection.close()
})

test('a session that the server ends is told as such', async () => {
  const { database } = server()
  const [victim, other] = [await database.connect(), await database.connect()]
  const [row] = await victim.query<{ pid: number }>('select pg_backend_pid() as pid')
  await other.query('select pg_terminate_backend($1)', [row?.pid])
  await expect(victim.query('select 1')).rejects.toMatchObject({ name: 'InputError' })
  await victim.close()
  await other.close()
})

test('contributed extensions load', async () => {
  const connection = await server().database.connect()
  const extensions = [
    'pgcrypto',
    '"uuid-ossp"',
    'citext',
    'pg_trgm',
    'ltree',
    'hstore',
    'btree_gist',
    'postgres_fdw',
  ]
  for (const name of extensions) await connection.query(`create extension ${name}; drop extension ${name}`)
  await connection.close()
})
