import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database, EngineConnection } from '../../../src/engine/engine.ts'
import { testServer } from '../../server.ts'
import { type Context, createLogins, inContext, login, refusalOf, tenancyDatabase } from './bed.ts'

const server = testServer()
let database: Database
let superuser: EngineConnection
let connection: EngineConnection

const user = '10000000-0000-0000-0000-000000000001'
const stranger = '10000000-0000-0000-0000-000000000002'
let tenant: string
let other: string

beforeAll(async () => {
  await createLogins(server())
  database = await tenancyDatabase(server())
  superuser = await database.connect()
  connection = await database.connect({ user: login })
  tenant = await createTenant(user)
  other = await createTenant(stranger)
  await connection.close()
})
afterAll(() => superuser.close())

/** What a session leaves behind, types and functions compiled before them included, is not to help the next attack. */
beforeEach(async () => {
  connection = await database.connect({ user: login })
})
afterEach(() => connection.close())

async function createTenant(creator: string): Promise<string> {
  const rows = await run<{ id: string }>({ user: creator }, `select app.create_tenant('a tenant') as id`)
  return rows[0]?.id ?? ''
}

function run<Row = unknown>(context: Context, ...queries: readonly [string, ...string[]]) {
  return inContext<Row>(connection, context, ...queries)
}

/** Everything that a caller may call, in an order that makes sense. */
const calls = () => [
  'select app.current_tenant_id()',
  `select app.current_tenant_id(array['owner'])`,
  'select * from app.my_tenants()',
  `select app.log_access('read', 'x', 'x')`,
  `select app.create_tenant('x')`,
  `select app.invite_member('10000000-0000-0000-0000-000000000003', 'member')`,
  `select app.change_member_role('10000000-0000-0000-0000-000000000003', 'admin')`,
  `select app.revoke_member('10000000-0000-0000-0000-000000000003')`,
]

async function callAll(): Promise<void> {
  for (const call of calls()) await run({ tenant, user }, call).catch(() => null)
}

const forbidden = '42501'

describe('a caller who shadows what the functions name', () => {
  test.each(['uuid', 'text', 'name', 'xid8', 'timestamptz', '"char"', 'bool', 'int4'])(
    'with a temporary type %s runs none of his code as their owner',
    async (type) => {
      await connection.query('set role app_user')
      await connection.query('create temp table ran (by text)')
      await connection.query('grant insert on ran to public')
      await connection.query(`
        create function pg_temp.run(value text) returns boolean language plpgsql
          as $$ begin insert into pg_temp.ran values (current_user); return true; end $$`)
      await connection.query(
        `create domain pg_temp.${type} as pg_catalog.${type} check (pg_temp.run(value::pg_catalog.text))`,
      )
      await callAll()
      const ran = await connection.query<{ by: string }>('select distinct by from pg_temp.ran')
      expect(ran.filter(({ by }) => by !== 'app_user')).toEqual([])
    },
  )

  test.each(['pg_temp', 'pg_temp, public', 'pg_temp, pg_catalog', 'attacker, pg_catalog', ''])(
    'with temporary tables of their names and the search path %s is told the same',
    async (path) => {
      await connection.query('set role app_user')
      await connection.query(
        'create temp table memberships (tenant_id uuid, user_id uuid, role text, accepted_at timestamptz, revoked_at timestamptz)',
      )
      await connection.query(`insert into memberships values ('${other}', '${user}', 'owner', now(), null)`)
      await connection.query('create temp table tenants (id uuid, name text)')
      await connection.query(
        'create temp table access_log (xid xid8, at timestamptz, kind text, name text, role text)',
      )
      await connection.query('grant all on memberships, tenants, access_log to public')
      await connection.query(`select set_config('search_path', '${path}', false)`)
      expect(await run({ tenant: other, user }, 'select app.current_tenant_id() as id')).toEqual([
        { id: null },
      ])
      expect(await run({ tenant, user }, 'select app.current_tenant_id() as id')).toEqual([{ id: tenant }])
      expect(await run({ tenant, user }, `select id from app.my_tenants() where id = '${other}'`)).toEqual([])
    },
  )

  test('with functions and operators of his own in public, where everybody may create, is told the same', async () => {
    await superuser.query('grant create, usage on schema public to app_user')
    try {
      await connection.query('set role app_user')
      await connection.query('create table public.ran (by text)')
      await connection.query('grant insert on public.ran to public')
      await connection.query(`
        create function public.yes(uuid, uuid) returns boolean language plpgsql
          as $$ begin insert into public.ran values (current_user); return true; end $$;
        create function public.yes(text, text) returns boolean language plpgsql
          as $$ begin insert into public.ran values (current_user); return true; end $$;
        create operator public.= (leftarg = uuid, rightarg = uuid, function = public.yes);
        create operator public.= (leftarg = text, rightarg = text, function = public.yes);
        create function public.current_setting(text, boolean) returns text language sql as $$ select '${other}' $$;
        create function public.current_setting(text) returns text language sql as $$ select 'billing_task' $$;
        create function public.now() returns timestamptz language sql as $$ select '2020-01-01'::timestamptz $$;
        create function public.btrim(text) returns text language sql as $$ select 'x' $$`)
      await connection.query('set search_path = public, pg_catalog')
      await callAll()
      expect(await connection.query(`select by from public.ran where by <> 'app_user'`)).toEqual([])
      expect(await run({ tenant: other, user }, 'select app.current_tenant_id() as id')).toEqual([
        { id: null },
      ])
    } finally {
      await superuser.query(`
        drop operator if exists public.= (uuid, uuid), public.= (text, text);
        drop function if exists public.yes(uuid, uuid), public.yes(text, text), public.current_setting(text, boolean);
        drop function if exists public.current_setting(text), public.now(), public.btrim(text);
        drop table if exists public.ran`)
      await superuser.query('revoke create on schema public from app_user')
    }
  })
})

describe('a caller who', () => {
  test.each([
    ['takes on the owner of the functions', 'set role app_context'],
    ['takes on the migrator', 'set role migrator'],
    ['sets the role by its setting', `select set_config('role', 'app_context', true)`],
    ['becomes another session', 'set session authorization app_context'],
    [
      'replaces a function',
      'create or replace function app.current_tenant_id() returns uuid language sql as $$ select null::uuid $$',
    ],
    [
      'adds a function of the same name',
      'create function app.current_tenant_id(text) returns uuid language sql as $$ select null::uuid $$',
    ],
    [
      'adds an operator beside the functions',
      'create operator app.= (leftarg = uuid, rightarg = uuid, function = uuid_eq)',
    ],
    ['alters a function', 'alter function app.current_tenant_id() security invoker'],
    ['takes a function over', 'alter function app.current_tenant_id() owner to app_user'],
    ['grants himself a function', 'grant execute on function app.begin_support(uuid, text) to app_user'],
    ['calls what is for support', `select app.begin_support('${user}', 'x')`],
    ['calls what is for tasks', `select app.begin_system_task('x', 'x')`],
    ['asks whether a task is open', `select app.system_task_is_open('x')`],
    ['asks for the tenant of support', 'select app.support_tenant_id()'],
    ['renames the namespace', 'alter schema app rename to gone'],
    ['grants himself the owner', 'grant app_context to app_user'],
    ['sets the context of a whole database', `alter database postgres set app.tenant_id = 'x'`],
  ])('%s is refused', async (_, query) => {
    expect(await refusalOf(() => run({ tenant, user }, query))).toBe(forbidden)
  })

  test('switches row security off is refused, and sees nothing more', async () => {
    const off = `select set_config('row_security', 'off', true)`
    expect(await refusalOf(() => run({ tenant, user }, off, 'select * from public.memberships'))).toBe(
      forbidden,
    )
    expect(await refusalOf(() => run({ tenant, user }, off, 'select app.current_tenant_id()'))).toBe(
      forbidden,
    )
  })

  test('filters by a function that tells on sees the rows of his tenant alone', async () => {
    await connection.query('set role app_user')
    await connection.query(`
      create temp table told (user_id uuid);
      create function pg_temp.tell(uuid) returns boolean language plpgsql cost 0.0000001
        as $$ begin insert into pg_temp.told values ($1); return true; end $$`)
    await run({ tenant, user }, 'select * from public.memberships where pg_temp.tell(user_id)')
    const told = await connection.query('select distinct user_id from pg_temp.told')
    expect(told).toContainEqual({ user_id: user })
    expect(told).not.toContainEqual({ user_id: stranger })
  })

  test('is of no role of the tenancy calls nothing and reads nothing', async () => {
    for (const query of [...calls(), 'select * from public.memberships', 'select * from public.tenants']) {
      expect(await refusalOf(() => run({ tenant, user, role: login }, query)), query).toBe(forbidden)
    }
  })
})

describe('a write by hand is refused', () => {
  test.each([
    [
      'adding oneself',
      () =>
        `insert into public.memberships (tenant_id, user_id, role, accepted_at) values ('${other}', '${user}', 'owner', now())`,
    ],
    ['raising oneself', () => `update public.memberships set role = 'owner' where user_id = '${user}'`],
    ['reviving oneself', () => `update public.memberships set revoked_at = null`],
    ['removing another', () => 'delete from public.memberships'],
    ['removing all at once', () => 'truncate public.memberships'],
    ['locking rows', () => 'select * from public.memberships for update'],
    [
      'a merge',
      () =>
        `insert into public.memberships (tenant_id, user_id, role) values ('${tenant}', '${user}', 'owner') on conflict (tenant_id, user_id) do update set role = 'owner'`,
    ],
    ['a tenant', () => `insert into public.tenants (name) values ('x')`],
    ['a name', () => `update public.tenants set name = 'x'`],
    ['a removed tenant', () => 'delete from public.tenants'],
    [
      'a trigger',
      () =>
        'create trigger t before insert on public.memberships execute function suppress_redundant_updates_trigger()',
    ],
    ['a policy', () => 'create policy mine on public.memberships using (true)'],
    ['switching row security off', () => 'alter table public.memberships disable row level security'],
  ])('%s', async (_, query) => {
    expect(await refusalOf(() => run({ tenant, user }, query()))).toBe(forbidden)
  })
})

test.each([
  'standard_conforming_strings = off',
  'transform_null_equals = on',
  `plpgsql.extra_errors = 'all'`,
  'default_transaction_isolation = serializable',
  "datestyle = 'german'",
  'enable_indexscan = off',
  "app.role = 'owner'",
])('a caller with the setting %s is told the same', async (setting) => {
  await connection.query(`set ${setting}`)
  const query = `select app.current_tenant_id() as id, app.current_tenant_id(array['owner']) as role`
  expect(await run({ tenant: other, user }, query)).toEqual([{ id: null, role: null }])
  expect(await run({ tenant, user }, query)).toEqual([{ id: tenant, role: tenant }])
  expect(await run({ tenant: '', user: '' }, query)).toEqual([{ id: null, role: null }])
})

describe('creating a tenant', () => {
  test.each([
    ['without a user', {}, `'x'`, forbidden],
    ['without a name', { user }, 'null', '22023'],
    ['with a blank name', { user }, `'  '`, '22023'],
  ])('%s is refused', async (_, context, name, code) => {
    expect(await refusalOf(() => run(context, `select app.create_tenant(${name})`))).toBe(code)
  })
})
