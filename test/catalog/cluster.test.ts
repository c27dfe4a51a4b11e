import { expect, test } from 'vitest'
import { readCatalog } from '../../src/catalog/read-catalog.ts'
import { testedMajor, testServer } from '../server.ts'
import { readAfter, withDatabase } from './reading.ts'

const server = testServer()

test("roles with their attributes and settings; PostgreSQL's own are left out", async () => {
  const model = await withDatabase(server(), async (connection, { name }) => {
    await connection.query(
      `create role a login bypassrls; create role b noinherit createrole replication;
       alter role a set statement_timeout = '5s'; alter role a set timezone = 'UTC';
       alter role a in database "${name}" set statement_timeout = '9s';`,
    )
    return readCatalog(connection)
  })
  const none = {
    superuser: false,
    bypassRowSecurity: false,
    login: false,
    createRole: false,
    replication: false,
  }
  const plain = { ...none, inherit: true }
  expect(model.roles.get('a')).toEqual({
    ...{ ...plain, name: 'a', login: true, bypassRowSecurity: true, source: null },
    settings: ['statement_timeout=9s', 'timezone=UTC'],
  })
  expect(model.roles.get('b')).toEqual({
    ...{
      ...plain,
      name: 'b',
      inherit: false,
      createRole: true,
      replication: true,
      settings: [],
      source: null,
    },
  })
  expect([...model.roles.keys()].filter((name) => name.startsWith('pg_'))).toEqual([])
})

test('role memberships, one for each pair, with the options that the version has', async () => {
  const model = await readAfter(
    server(),
    `create role a; create role b; create role c noinherit; create role d createrole;
     grant a to b; grant a to c with admin option; grant pg_read_all_data to b;`,
  )
  const memberships = [...model.roleMemberships.values()].map((row) => Object.values(row).slice(0, 5))
  const known = testedMajor >= 16
  expect(memberships).toContainEqual(['a', 'b', false, known ? true : null, true])
  expect(memberships).toContainEqual(['a', 'c', true, known ? false : null, true])
  expect(memberships).toContainEqual(['pg_read_all_data', 'b', false, known ? true : null, true])
  expect(memberships).toHaveLength(3)
})

test.runIf(testedMajor >= 16)(
  'a membership that several roles granted has what one of them gave',
  async () => {
    const model = await readAfter(
      server(),
      `create role a; create role b; create role c; grant a to c with admin true;
     grant a to b with inherit false, set true;
     grant a to b with inherit true, set false granted by c;`,
    )
    const [membership] = [...model.roleMemberships.values()].filter(({ member }) => member === 'b')
    expect(membership).toMatchObject({ admin: false, inherit: true, set: true })
  },
)

test('settings of the database win over those of all roles', async () => {
  const model = await withDatabase(server(), async (connection, { name }) => {
    await connection.query(
      `alter role all set search_path = public; alter role all set timezone = 'UTC';
       alter database "${name}" set search_path = app, "$user"; alter database postgres set work_mem = '9MB';`,
    )
    const read = await readCatalog(connection)
    await connection.query('alter role all reset all; alter database postgres reset all')
    return read
  })
  expect([...model.databaseSettings.values()].map(({ name, value }) => [name, value])).toEqual([
    ['search_path', 'app, "$user"'],
    ['timezone', 'UTC'],
  ])
})

test('publications with what they publish', async () => {
  const ofNamespace = testedMajor >= 15 ? 'create publication d for tables in schema s;' : ''
  const model = await readAfter(
    server(),
    `create schema s; create table s.t (a int); create table s.u (a int); create publication a for table s.u, s.t;
     create publication b for all tables; create publication c; ${ofNamespace}`,
  )
  expect(
    [...model.publications.values()].map(({ name, allTables, relations, namespaces }) => [
      ...[name, allTables, relations, namespaces],
    ]),
  ).toEqual([
    ['a', false, ['s.u', 's.t'], []],
    ['b', true, [], []],
    ['c', false, [], []],
    ...(testedMajor >= 15 ? [['d', false, [], ['s']]] : []),
  ])
})

test('event triggers with tags and whether they fire', async () => {
  const model = await readAfter(
    server(),
    `create function f() returns event_trigger language plpgsql as $$ begin end $$;
     create event trigger a on ddl_command_end when tag in ('create table', 'ALTER TABLE') execute function f();
     create event trigger b on sql_drop execute function f(); alter event trigger b disable;`,
  )
  expect(
    [...model.eventTriggers.values()].map(({ source: _, ...trigger }) => Object.values(trigger)),
  ).toEqual([
    ['a', 'ddl_command_end', ['CREATE TABLE', 'ALTER TABLE'], 'public.f()', true],
    ['b', 'sql_drop', [], 'public.f()', false],
  ])
})
