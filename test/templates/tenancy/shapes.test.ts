import { afterEach, expect, test } from 'vitest'
import type { Database, EngineConnection } from '../../../src/engine/engine.ts'
import { sql } from '../../../src/sql/template.ts'
import type { Blueprint } from '../../../src/templates/blueprint.ts'
import { contextFunction } from '../../../src/templates/context-expressions.ts'
import { identifier, qualified } from '../../../src/templates/names.ts'
import type { TenancyOptions } from '../../../src/templates/tenancy/options.ts'
import { createTenancy, dropTenancy, upgradeTenancy } from '../../../src/templates/tenancy/tenancy.ts'
import type { TenancyInput } from '../../../src/tenancy/declaration.ts'
import { testServer } from '../../server.ts'
import { blueprint, createLogins, emptyDatabase, inContext, login, migrate, refusalOf } from './bed.ts'
import { findingsIn, matching } from './judged.ts'

const server = testServer()
afterEach(() => server().reset())

interface Shape {
  readonly declared: TenancyInput
  readonly options?: TenancyOptions
  /** What is there before. */
  readonly before?: readonly string[]
  readonly users: readonly [string, string, string]
}

const uuids = [1, 2, 3].map((at) => `10000000-0000-0000-0000-00000000000${at}`) as [string, string, string]
const numbers = ['1', '2', '9007199254740993'] as const
const texts = ["auth0|o'neil", 'a b', '\\ "x" $$'] as const

const crossing: TenancyInput = {
  supportRole: 'support',
  systemTasks: [
    { name: 'nightly-billing', role: 'billing_task', reason: 'invoices all tenants once a month' },
  ],
}

const shapes: readonly (readonly [string, Shape])[] = [
  ['uuids for keys', { declared: {}, users: uuids }],
  [
    'numbers for keys',
    { declared: { keyType: 'bigint', userKeyType: 'bigint', ...crossing }, users: numbers },
  ],
  ['texts for keys', { declared: { keyType: 'text', userKeyType: 'text' }, users: texts }],
  ['numbers for users alone', { declared: { userKeyType: 'bigint' }, users: numbers }],
  [
    'names that need quoting',
    {
      declared: {
        tenantKey: 'Order',
        tenants: 'public."Tenant % Table"',
        memberships: {
          relation: 'select."user"',
          tenantKey: 'Order',
          userKey: 'caller',
          role: 'member_role',
          acceptedAt: 'tenant',
          revokedAt: "o'clock",
        },
        context: { namespace: "It's $$ a %I", tenantSetting: 'my_app.tenant', userSetting: 'my_app.caller' },
        memberRoles: ["o'wner", '$$', 'back\\slash', '%s'],
        accessLog: 'select."Access"',
        supportRole: 'table',
        systemTasks: [{ name: "it's $$ %L", role: 'Run it', reason: 'x' }],
      },
      users: uuids,
    },
  ],
  ['one role of members', { declared: { memberRoles: ['member'] }, users: uuids }],
  [
    'tables that are there already, with an enum for roles and no invitations',
    {
      declared: {
        tenantKey: 'org_id',
        tenants: 'public.orgs',
        users: 'public.people',
        memberships: {
          relation: 'public.org_people',
          tenantKey: 'org_id',
          userKey: 'person_id',
          role: 'kind',
        },
      },
      options: { existing: ['tenants', 'memberships'], tenantName: 'title' },
      before: [
        `create type public.kind as enum ('owner', 'admin', 'member')`,
        'create table public.orgs (id uuid primary key, title varchar(200) not null)',
        'create table public.people (id uuid primary key)',
        'alter table public.people enable row level security',
        'alter table public.people force row level security',
        `create policy self on public.people to app_user using (id = nullif(current_setting('app.user_id', true), '')::uuid) with check (id = nullif(current_setting('app.user_id', true), '')::uuid)`,
        'create table public.org_people (org_id uuid not null references public.orgs, person_id uuid not null references public.people, kind public.kind not null, primary key (org_id, person_id))',
        'create index on public.org_people (person_id)',
      ],
      users: uuids,
    },
  ],
  [
    'tables that are there already, numbered',
    {
      declared: { keyType: 'bigint', userKeyType: 'bigint' },
      options: { existing: ['tenants', 'memberships'] },
      before: [
        'create table public.tenants (id bigserial primary key, name text not null)',
        sql`create table public.memberships (
          tenant_id bigint not null references public.tenants, user_id bigint not null, role varchar(20) not null,
          accepted_at timestamptz, revoked_at timestamptz, primary key (tenant_id, user_id))`,
      ],
      users: numbers,
    },
  ],
]

test.each(shapes)(
  'a tenancy with %s: who is invited becomes a member, who is revoked is none',
  async (_, shape) => {
    await createLogins(server())
    const made = blueprint(shape.declared)
    const database = await emptyDatabase(server())
    await migrate(database, [...preparations(shape), ...createTenancy(made, shape.options)])
    await life(database, made, shape.users)
    await migrate(database, upgradeTenancy(made, shape.options))
    await life(database, made, shape.users)
  },
)

test.each(shapes)('a tenancy with %s goes with all its parts', async (_, shape) => {
  await createLogins(server())
  const made = blueprint(shape.declared)
  const database = await emptyDatabase(server())
  await migrate(database, preparations(shape))
  const before = await objects(database)
  await migrate(database, createTenancy(made, shape.options))
  await migrate(database, dropTenancy(made, shape.options))
  expect(await objects(database)).toEqual(before)
})

test.each(shapes)(
  'no check finds anything in a tenancy with %s, replayed or on a server',
  async (_, shape) => {
    const made = blueprint(shape.declared)
    const statements = [...preparations(shape), ...createTenancy(made, shape.options)]
    const declared = matching(made, shape.declared)
    expect(await findingsIn(server(), statements, declared)).toEqual({ replay: [], catalog: [] })
  },
)

function preparations({ before = [] }: Shape): readonly string[] {
  return before.length === 0 ? [] : ['create role app_user', ...before]
}

/** A tenant with an owner who takes in a second user and sends him away again, and a third who sees nothing of it. */
async function life(
  database: Database,
  made: Blueprint,
  [owner, second, third]: Shape['users'],
): Promise<void> {
  const superuser = await database.connect()
  await superuser.query(`grant ${identifier(made.appRole)} to ${login}`)
  if (made.users !== null) {
    await superuser.query(
      `insert into ${qualified(made.users)} values ('${owner}'), ('${second}') on conflict do nothing`,
    )
  }
  await superuser.close()
  const connection = await database.connect({ user: login })
  const call = (name: string, ...values: unknown[]) =>
    `${contextFunction(made, name)}(${values.map((value) => `'${String(value).replaceAll("'", "''")}'`).join(', ')})`
  const as = async (user: string, tenant: string | null, query: string): Promise<unknown> => {
    const [row] = await inContext<{ value: unknown }>(
      connection,
      { role: made.appRole },
      `select set_config('${made.userSetting}', '${user.replaceAll("'", "''")}', true), set_config('${made.tenantSetting}', '${tenant ?? ''}', true)`,
      query,
    )
    return row?.value
  }
  const run = (user: string, tenant: string | null, ...[name, ...values]: [string, ...unknown[]]) =>
    as(user, tenant, `select ${call(name, ...values)}::text as value`)
  const current = (user: string, tenant: string) => run(user, tenant, 'current_tenant_id')
  const lowest = made.memberRoles.at(-1) ?? ''

  const tenant = String(await run(owner, null, 'create_tenant', "one's own"))
  expect(await current(owner, tenant)).toBe(tenant)
  expect(await current(second, tenant)).toBeNull()
  await run(owner, tenant, 'invite_member', second, lowest)
  if (made.memberships.acceptedAt !== null) {
    expect(await current(second, tenant)).toBeNull()
    await run(second, null, 'accept_invitation', tenant)
  }
  expect(await current(second, tenant)).toBe(tenant)
  const role = `select ${contextFunction(made, 'current_tenant_id')}(array['${lowest.replaceAll("'", "''")}'])::text as value`
  expect(await as(second, tenant, role.replaceAll('\\', '\\'))).toBe(tenant)
  const mine = `select string_agg(role || ' of ' || name, '') as value from ${contextFunction(made, 'my_tenants')}() where id = '${tenant}'`
  expect(await as(second, null, mine)).toBe(`${lowest} of one's own`)
  expect(await as(third, null, mine)).toBeNull()
  const members = `select count(*)::int as value from ${qualified(made.memberships)}`
  expect(await as(second, tenant, members)).toBe(2)
  expect(await as(third, tenant, members)).toBe(0)
  await run(owner, tenant, 'change_member_role', second, made.memberRoles[0])
  await run(owner, tenant, 'revoke_member', second)
  expect(await current(second, tenant)).toBeNull()
  expect(await refusalOf(() => run(owner, tenant, 'revoke_member', owner))).toBe('42501')
  await run(owner, tenant, 'log_access', 'read', 'x', 'y')
  await connection.close()
}

async function objects(database: Database): Promise<unknown> {
  const connection: EngineConnection = await database.connect()
  const rows = await connection.query(`
    select 'relation' as kind, oid::regclass::text as name, case relkind when 'i' then null else coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))::text || relrowsecurity::text end as state from pg_class
      where oid >= 16384 and relkind <> 't'
    union all select 'function', oid::regprocedure::text, '' from pg_proc where oid >= 16384
    union all select 'namespace', nspname, '' from pg_namespace where oid >= 16384 and nspname not like 'pg_%'
    union all select 'policy', polname, '' from pg_policy
    order by 1, 2`)
  await connection.close()
  return rows
}
