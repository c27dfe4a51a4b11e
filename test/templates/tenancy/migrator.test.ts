import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database, EngineConnection } from '../../../src/engine/engine.ts'
import { createTenancy, dropTenancy, upgradeTenancy } from '../../../src/templates/tenancy/tenancy.ts'
import { testedMajor, testServer } from '../../server.ts'
import {
  blueprint,
  createLogins,
  emptyDatabase,
  inContext,
  login,
  migrate,
  migrator,
  refusalOf,
  tenancyDatabase,
} from './bed.ts'

const server = testServer()
const user = '10000000-0000-0000-0000-000000000001'
const forbidden = '42501'

beforeEach(() => createLogins(server()))
afterEach(() => server().reset())

async function within<T>(
  database: Database,
  as: string | null,
  use: (connection: EngineConnection) => Promise<T>,
): Promise<T> {
  const connection = await database.connect(as === null ? {} : { user: as })
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

function createTenant(database: Database): Promise<string> {
  return within(database, login, async (connection) => {
    const [row] = await inContext<{ id: string }>(
      connection,
      { user },
      `select app.create_tenant('one') as id`,
    )
    return row?.id ?? ''
  })
}

function currentTenant(database: Database, tenant: string): Promise<unknown> {
  return within(database, login, async (connection) => {
    const [row] = await inContext<{ id: unknown }>(
      connection,
      { tenant, user },
      'select app.current_tenant_id() as id',
    )
    return row?.id
  })
}

describe('a migrator who is no superuser', () => {
  test('is no member of the owner of the functions afterwards, and sees no membership', async () => {
    const database = await tenancyDatabase(server())
    const tenant = await createTenant(database)
    await within(database, migrator, async (connection) => {
      expect(await connection.query(`select pg_has_role('app_context', 'usage') as usage`)).toEqual([
        { usage: false },
      ])
      expect(await refusalOf(() => connection.query('set role app_context'))).toBe(forbidden)
      await connection.query(`set app.tenant_id = '${tenant}'; set app.user_id = '${user}'`)
      for (const table of ['public.memberships', 'public.tenants', 'app.access_log']) {
        expect(await connection.query(`select * from ${table}`)).toEqual([])
      }
      const replace =
        'create or replace function app.current_tenant_id() returns uuid language sql as $$ select null::uuid $$'
      expect(await refusalOf(() => connection.query(replace))).toBe(forbidden)
      const [row] = await connection.query<{ members: number }>(
        testedMajor < 16
          ? `select count(*)::int as members from pg_auth_members where roleid = 'app_context'::regrole`
          : `select count(*)::int as members from pg_auth_members where roleid = 'app_context'::regrole and (inherit_option or set_option)`,
      )
      expect(row?.members).toBe(0)
    })
  })

  test('leaves the owner of the functions no right to create anything', async () => {
    const database = await tenancyDatabase(server())
    await within(database, null, async (connection) => {
      const query = `select has_schema_privilege('app_context', 'app', 'create') as creates`
      expect(await connection.query(query)).toEqual([{ creates: false }])
    })
  })

  test('makes the functions in a second database of the same server, where the roles are there already', async () => {
    const [one, two] = [await tenancyDatabase(server()), await tenancyDatabase(server())]
    const tenant = await createTenant(two)
    expect(await currentTenant(two, tenant)).toBe(tenant)
    expect(await currentTenant(one, tenant)).toBeNull()
  })

  test('makes them in two databases of a server at once', async () => {
    const databases = [await emptyDatabase(server()), await emptyDatabase(server())]
    const connections = await Promise.all(databases.map((database) => database.connect({ user: migrator })))
    const outcomes = await Promise.allSettled(
      connections.map(async (connection) => {
        await connection.query('begin')
        for (const statement of createTenancy(blueprint())) await connection.query(statement)
        await connection.query('commit')
      }),
    )
    for (const connection of connections) await connection.close()
    expect(outcomes).toEqual(databases.map(() => ({ status: 'fulfilled', value: undefined })))
  })

  test('replaces the functions later, and members of tenants stay members', async () => {
    const database = await tenancyDatabase(server())
    const tenant = await createTenant(database)
    const crossing = blueprint({
      supportRole: 'support',
      systemTasks: [{ name: 'billing', role: 'billing_task', reason: 'invoices all tenants' }],
    })
    await migrate(database, upgradeTenancy(crossing))
    expect(await currentTenant(database, tenant)).toBe(tenant)
    await within(database, null, async (connection) => {
      await connection.query(`grant support, billing_task to ${login}`)
      const owners = await connection.query<{ owner: string }>(
        `select distinct proowner::regrole::text as owner from pg_proc where pronamespace = 'app'::regnamespace and prosecdef`,
      )
      expect(owners).toEqual([{ owner: 'app_context' }])
    })
    await within(database, login, async (connection) => {
      const begin = `select app.begin_system_task('billing', 'x')`
      const seen = 'select id from public.tenants'
      expect(await inContext(connection, { role: 'billing_task' }, begin, seen)).toEqual([{ id: tenant }])
    })
    await within(database, migrator, async (connection) => {
      expect(await refusalOf(() => connection.query('set role app_context'))).toBe(forbidden)
    })
    await migrate(database, upgradeTenancy(crossing))
  })

  test('who did not make the owner of the functions replaces nothing, and nothing is changed', async () => {
    const database = await tenancyDatabase(server())
    await within(database, null, (connection) => connection.query('create role newcomer login createrole'))
    await within(database, 'newcomer', async (connection) => {
      const upgrade = async () => {
        await connection.query('begin')
        for (const statement of upgradeTenancy(blueprint())) await connection.query(statement)
      }
      expect(await refusalOf(upgrade)).toBe(forbidden)
    })
  })

  test('takes everything back but the roles, and makes it again', async () => {
    const database = await emptyDatabase(server())
    const objects = () =>
      within(database, null, (connection) =>
        connection.query(`
          select 'relation' as kind, oid::regclass::text as name from pg_class where relnamespace in (select oid from pg_namespace where nspname in ('public', 'app'))
          union all select 'function', proname from pg_proc where pronamespace in (select oid from pg_namespace where nspname in ('public', 'app'))
          union all select 'namespace', nspname from pg_namespace where nspname = 'app'
          union all select 'policy', polname from pg_policy`),
      )
    expect(await objects()).toEqual([])
    await migrate(database, createTenancy(blueprint()))
    await migrate(database, dropTenancy(blueprint()))
    expect(await objects()).toEqual([])
    await migrate(database, createTenancy(blueprint()))
  })

  test('takes nothing back where tables of tenants still ask for the tenant', async () => {
    const database = await tenancyDatabase(server())
    await migrate(database, [
      'create table public.invoices (tenant_id uuid)',
      'alter table public.invoices enable row level security',
      'create policy p on public.invoices using (tenant_id = (select app.current_tenant_id()))',
    ])
    await expect(migrate(database, dropTenancy(blueprint()))).rejects.toMatchObject({
      cause: { code: '2BP01' },
    })
    expect(await createTenant(database)).not.toBe('')
  })
})

describe('roles that were there already', () => {
  test.each([
    ['an owner of the functions that logs in', 'create role app_context login'],
    [
      'an owner of the functions with a member',
      'create role app_context; create role peeper; grant app_context to peeper',
    ],
    ['an owner of the functions that row security does not bind', 'create role app_context bypassrls'],
    ['a role of the application that row security does not bind', 'create role app_user bypassrls'],
    ['a superuser for the application', 'create role app_user superuser'],
  ])('%s is refused, and nothing is made', async (_, roles) => {
    await within(server().database, null, (connection) => connection.query(roles))
    const database = await emptyDatabase(server())
    await expect(migrate(database, createTenancy(blueprint()))).rejects.toMatchObject({
      cause: { code: 'P0001' },
    })
    await within(database, null, async (connection) => {
      expect(await connection.query(`select from pg_class where relname = 'tenants'`)).toEqual([])
    })
  })
})

test('what default privileges grant to others is taken from them', async () => {
  const database = await emptyDatabase(server())
  await within(database, null, (connection) => connection.query('create role reporting login'))
  await migrate(database, [
    'alter default privileges grant all on tables to reporting, public',
    'alter default privileges grant all on sequences to reporting',
    'alter default privileges grant execute on functions to reporting',
    ...createTenancy(blueprint()),
  ])
  await within(database, null, (connection) => connection.query('grant usage on schema app to reporting'))
  await within(database, 'reporting', async (connection) => {
    for (const table of ['public.memberships', 'public.tenants', 'app.access_log']) {
      for (const query of [`select from ${table}`, `truncate ${table} cascade`]) {
        expect(await refusalOf(() => connection.query(query)), query).toBe(forbidden)
      }
    }
    for (const call of ['app.current_tenant_id()', `app.create_tenant('x')`, 'app.my_tenants()']) {
      expect(await refusalOf(() => connection.query(`select ${call}`)), call).toBe(forbidden)
    }
  })
})
