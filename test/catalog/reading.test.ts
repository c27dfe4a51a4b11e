import { describe, expect, test } from 'vitest'
import { readCatalog } from '../../src/catalog/read-catalog.ts'
import { InputError } from '../../src/findings/input-error.ts'
import type { Connection } from '../../src/sql/connection.ts'
import { printExpression } from '../../src/sql/expression.ts'
import { relationOf } from '../replay/fixture.ts'
import { plain } from '../replay/plain.ts'
import { testServer } from '../server.ts'
import { withDatabase } from './reading.ts'

const server = testServer()

const schema = `
  create schema app; create role app_user login password 'secret'; create type app.mood as enum ('ok');
  create function app.tenant() returns uuid language sql stable return null::uuid;
  create table app.t (id serial primary key, tenant_id uuid, mood app.mood default 'ok', at timestamptz default '2020-01-02 03:04+00');
  create policy p on app.t using (tenant_id = (select app.tenant()) and mood = 'ok');
  create view app.v as select * from app.t;`

test('a role without any privilege reads what a superuser reads', async () => {
  await withDatabase(server(), async (connection, database) => {
    await connection.query(schema)
    const { server: facts, ...all } = await readCatalog(connection)
    const user = await database.connect({ user: 'app_user', password: 'secret' })
    const { server: ofUser, ...same } = await readCatalog(user)
    await user.close()
    expect(plain({ ...same, server: null })).toEqual(plain({ ...all, server: null }))
    expect([facts?.reader.superuser, ofUser?.reader]).toEqual([true, { role: 'app_user', superuser: false }])
  })
})

test('what is read does not depend on the settings of the session', async () => {
  await withDatabase(server(), async (connection, database) => {
    await connection.query(schema)
    const { server: _, ...all } = await readCatalog(connection)
    const settings = {
      ...{
        search_path: 'app, public',
        datestyle: 'German',
        timezone: 'Asia/Tokyo',
        intervalstyle: 'iso_8601',
      },
      quote_all_identifiers: 'on',
    }
    const other = await database.connect({ settings })
    const { server: facts, ...same } = await readCatalog(other)
    expect(plain({ ...same, server: null })).toEqual(plain({ ...all, server: null }))
    expect(facts?.searchPath).toBe('app, public')
    const [after] = await other.query<{ search_path: string }>('show search_path')
    expect(after?.search_path).toBe('app, public')
    await other.close()
  })
})

test('all names outside of pg_catalog are qualified', async () => {
  await withDatabase(server(), async (connection) => {
    await connection.query(schema)
    const [policy] = relationOf(await readCatalog(connection), 'app.t').policies
    expect(policy?.using && printExpression(policy.using)).toMatch(/app\.tenant\(\).*::app\.mood/)
  })
})

test('an owner that ran the migrations is told as after a replay, and by name where none is said to have', async () => {
  await withDatabase(server(), async (connection) => {
    await connection.query(`${schema} alter table app.t owner to app_user`)
    const owners = async (options: object) => {
      const model = await readCatalog(connection, options)
      return ['app.t', 'app.v'].map((id) => relationOf(model, id).owner)
    }
    expect(await owners({})).toEqual(['app_user', 'postgres'])
    expect(await owners({ migrationRole: 'postgres' })).toEqual(['app_user', null])
  })
})

test('in a transaction that is under way it sees what is not committed, and leaves the transaction as it was', async () => {
  await withDatabase(server(), async (connection) => {
    await connection.query('begin; set local search_path to public; create table t (a int)')
    const model = await readCatalog(connection, { inTransaction: true })
    expect([...model.relations.keys()]).toEqual(['public.t'])
    const [setting] = await connection.query<{ search_path: string }>('show search_path')
    expect(setting?.search_path).toBe('public')
    await connection.query('insert into t values (1); rollback')
    expect((await readCatalog(connection)).relations.size).toBe(0)
  })
})

test('a catalog that the role may not read is an error that says so, and the connection stays usable', async () => {
  await withDatabase(server(), async (connection, database) => {
    await connection.query(
      "create role app_user login password 'secret'; revoke select on pg_catalog.pg_policy from public",
    )
    const user = await database.connect({ user: 'app_user', password: 'secret' })
    const reading = readCatalog(user)
    await expect(reading).rejects.toThrow(InputError)
    await expect(reading).rejects.toThrow('permission denied for table pg_policy')
    expect(await user.query('select 1 as one')).toEqual([{ one: 1 }])
    await user.close()
  })
})

test('a query that takes longer than the timeout is refused by the server', async () => {
  await withDatabase(server(), async (connection, database) => {
    const other = await database.connect()
    await connection.query('begin; lock table pg_catalog.pg_policy in access exclusive mode')
    const reading = readCatalog(other, { statementTimeout: 200 })
    await expect(reading).rejects.toThrow('canceling statement due to statement timeout')
    await connection.query('rollback')
    await other.close()
  })
})

test('as many queries are asked for one table as for fifty', async () => {
  await withDatabase(server(), async (connection) => {
    let asked = 0
    const counting: Connection = {
      query: <Row>(text: string, values?: readonly unknown[]) => {
        asked++
        return connection.query<Row>(text, values)
      },
    }
    await connection.query(schema)
    await readCatalog(counting)
    const forOne = asked
    const names = Array.from({ length: 50 }, (_, at) => `t${at}`)
    await connection.query(
      names
        .map(
          (name) => `create table ${name} (a int check (a > 0)); create policy p on ${name} using (a = 1);`,
        )
        .join(' '),
    )
    asked = 0
    await readCatalog(counting)
    expect(asked).toBe(forOne)
  })
})

test('ways out of the database, and who may use them', async () => {
  await withDatabase(server(), async (connection) => {
    await connection.query(
      `create role app_user; create role other; create schema ext; create extension dblink schema ext;
       create extension postgres_fdw; create server far foreign data wrapper postgres_fdw;
       grant usage on foreign server far to app_user;
       grant execute on function pg_catalog.pg_read_file(text) to app_user, other;`,
    )
    const { server: facts } = await readCatalog(connection)
    const capabilities = facts?.capabilities ?? []
    expect(capabilities).toContainEqual({
      ...{ kind: 'files', object: 'pg_catalog.pg_read_file(text)', grantees: ['app_user', 'other'] },
    })
    expect(capabilities).toContainEqual({ kind: 'network', object: 'far', grantees: ['app_user'] })
    expect(capabilities).toContainEqual({
      ...{ kind: 'network', object: 'ext.dblink(text, text)', grantees: ['public'] },
    })
    expect(capabilities.map(({ object }) => object)).not.toContain('pg_catalog.pg_ls_dir(text)')
  })
})

test('the database, its owner and the version', async () => {
  await withDatabase(server(), async (connection, { name }) => {
    const { server: facts } = await readCatalog(connection)
    expect(facts).toMatchObject({
      ...{ database: { name, owner: 'postgres' }, reader: { role: 'postgres', superuser: true } },
      version: server().serverVersion,
    })
  })
})

describe('what is dropped while it is read', () => {
  const before = `create table t (a int check (a > 0)); create policy p on t using (a = 1); create view v as select a from t;
    create table kept (a int);`

  /** Drops once, at the first query that prints what the marker names. */
  function dropping(reader: Connection, other: Connection, marker: string, drop: string): Connection {
    let dropped = false
    return {
      async query<Row>(text: string, values?: readonly unknown[]) {
        if (!dropped && text.includes(marker)) {
          dropped = true
          await other.query(drop)
        }
        return reader.query<Row>(text, values)
      },
    }
  }

  test.each([
    ['a view', 'pg_get_viewdef', 'drop view v', ['public.t', 'public.kept']],
    ['a table with a policy', 'p.polqual', 'drop table t cascade', ['public.kept']],
  ])('%s is no part of the model, which is read anew', async (_what, marker, drop, left) => {
    await withDatabase(server(), async (connection, database) => {
      await connection.query(before)
      const other = await database.connect()
      const model = await readCatalog(dropping(connection, other, marker, drop))
      await other.close()
      expect([...model.relations.keys()]).toEqual(left)
    })
  })

  test('is an error in a transaction whose snapshot is older', async () => {
    await withDatabase(server(), async (connection, database) => {
      await connection.query(before)
      await connection.query('begin isolation level repeatable read; select 1')
      const other = await database.connect()
      await other.query('drop table t cascade')
      await other.close()
      const reading = readCatalog(connection, { inTransaction: true })
      await expect(reading).rejects.toThrow(/^the schema was changed while it was read/)
      await expect(reading).rejects.toThrow(InputError)
      await connection.query('rollback')
    })
  })
})
