import { afterEach, expect, test } from 'vitest'
import { applyMigrations } from '../../../src/run/apply/apply-migrations.ts'
import { stubExtensions } from '../../../src/run/apply/stub-extensions.ts'
import { testServer } from '../../server.ts'
import { failureOf, files } from './migrations.ts'

const server = testServer()
afterEach(() => server().reset())

/** What a query gives after the migrations; the last column of the last row. */
async function after(texts: readonly string[], query: string) {
  const database = await server().createDatabase()
  const { standIns } = await applyMigrations(database, files(texts, { transaction: 'around' }))
  const connection = await database.connect()
  const rows = await connection.query(query)
  await connection.close()
  return { standIns, rows }
}

test('columns and indexes of vectors are made where the server lacks the extension', async () => {
  const { standIns, rows } = await after(
    [
      `create schema extensions; create extension vector with schema extensions;
       create table t (v extensions.vector(1536));
       create index on t using hnsw (v extensions.vector_cosine_ops) with (m = 16, ef_construction = 64);
       create index on t using ivfflat (v extensions.vector_l2_ops) where v is not null;
       insert into t select '[1,2,3]'; select v operator(extensions.<=>) '[1,2,4]' from t;`,
    ],
    `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 't'::regclass and attnum = 1`,
  )
  expect(standIns).toEqual(['vector'])
  expect(rows).toEqual([{ type: 'extensions.vector(1536)' }])
})

test('what stands in for an extension goes with it', async () => {
  const { rows } = await after(
    ['create extension vector; create table t (id int, v vector(3));', 'drop extension vector cascade;'],
    `select attname as name from pg_attribute where attrelid = 't'::regclass and attnum > 0 and not attisdropped`,
  )
  expect(rows).toEqual([{ name: 'id' }])
})

test('an extension that stands is not made again, and code finds it', async () => {
  const block = 'do $$ begin create extension if not exists pg_cron; end $$;'
  const { standIns, rows } = await after(
    [
      `${block} create extension if not exists pg_cron; ${block}`,
      `select cron.schedule('a', '* * * * *', 'select 1')`,
    ],
    'select jobname, username from cron.job',
  )
  expect(standIns).toEqual(['pg_cron'])
  expect(rows).toEqual([{ jobname: 'a', username: 'postgres' }])
})

test('a queue is a table of its own, not of the extension', async () => {
  const { rows } = await after(
    ["create extension pgmq; select pgmq.create('Orders');"],
    `select c.oid::regclass::text as name, d.objid is not null as owned
     from pg_class c left join pg_depend d on d.objid = c.oid and d.deptype = 'e' and d.classid = 'pg_class'::regclass
     where c.relnamespace = 'pgmq'::regnamespace and c.relkind = 'r' order by 1`,
  )
  expect(rows).toEqual([
    { name: 'pgmq.a_orders', owned: false },
    { name: 'pgmq.meta', owned: true },
    { name: 'pgmq.q_orders', owned: false },
  ])
})

test('places have their types, functions and indexes', async () => {
  await after(
    [
      `create extension postgis;
       create table t (at geometry(Point, 4326), g geography(Point));
       create index on t using gist (at); create index on t using gist (g);
       insert into t values (st_setsrid(st_makepoint(1, 2), 4326), st_makepoint(1, 2)::geography);
       create view v as select st_x(at) as x from t where st_dwithin(g, g, 100);`,
    ],
    'select * from v',
  )
})

test('each thing that stands in for an extension can be made and dropped', async () => {
  const names = Object.keys(stubExtensions)
  const { standIns, rows } = await after(
    names.map((name) => `create extension "${name}"; drop extension "${name}";`),
    `select count(*)::int as left from pg_proc where oid >= 16384`,
  )
  expect(standIns).toEqual(names)
  expect(rows).toEqual([{ left: 0 }])
})

test('an extension that nothing stands in for is named at its place', async () => {
  const database = await server().createDatabase()
  expect(await failureOf(applyMigrations(database, files(['select;\ncreate extension plv8;'])))).toBe(
    '1.sql:2:1 the extension "plv8" is not available on this server, and nothing stands in for it' +
      ' | Name a server that has it. The first statement of the file is applied.',
  )
})

test('an extension that the server has is its own', async () => {
  const { standIns, rows } = await after(['create extension citext'], `select 'A'::citext = 'a' as equal`)
  expect({ standIns, rows }).toEqual({ standIns: [], rows: [{ equal: true }] })
})
