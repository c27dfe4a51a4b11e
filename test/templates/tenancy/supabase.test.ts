import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database, EngineConnection } from '../../../src/engine/engine.ts'
import { sql } from '../../../src/sql/template.ts'
import { createTenancy } from '../../../src/templates/tenancy/tenancy.ts'
import type { TenancyInput } from '../../../src/tenancy/declaration.ts'
import { testServer } from '../../server.ts'
import {
  blueprint,
  createLogins,
  emptyDatabase,
  inContext,
  login,
  migrate,
  migrator,
  refusalOf,
} from './bed.ts'
import { findingsIn, matching } from './judged.ts'

const server = testServer()

/** What isolation meets on the platform: its roles, what they are granted by default, and who the user is. */
const platform = [
  'create role anon nologin noinherit',
  'create role authenticated nologin noinherit',
  'create role service_role nologin noinherit bypassrls',
  'create schema auth',
  `grant usage on schema auth to anon, authenticated, service_role, ${migrator}`,
  'create table auth.users (id uuid primary key)',
  'alter table auth.users enable row level security',
  `grant references on auth.users to ${migrator}`,
  sql`
    create function auth.uid() returns uuid language sql stable
      as $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$`,
]
const defaults =
  'alter default privileges in schema public grant all on tables to anon, authenticated, service_role'

const declared: TenancyInput = { platform: 'supabase', users: 'auth.users' }
const made = blueprint(declared, 'authenticated')

const owner = '10000000-0000-0000-0000-000000000001'
const second = '10000000-0000-0000-0000-000000000002'

describe('on supabase', () => {
  let database: Database
  let connection: EngineConnection
  let tenant: string

  beforeAll(async () => {
    await createLogins(server())
    database = await emptyDatabase(server())
    const superuser = await database.connect()
    for (const statement of platform) await superuser.query(statement)
    await superuser.query(`insert into auth.users values ('${owner}'), ('${second}')`)
    await migrate(database, [defaults, ...createTenancy(made)])
    await superuser.query(`grant authenticated, anon to ${login}`)
    await superuser.close()
    connection = await database.connect({ user: login })
    tenant = String(await as({ sub: owner }, `select app.create_tenant('one') as value`))
  })
  afterAll(async () => {
    await connection.close()
    await server().reset()
  })

  async function as(claims: unknown, query: string, role = 'authenticated', setting = ''): Promise<unknown> {
    const [row] = await inContext<{ value: unknown }>(
      connection,
      { role, tenant: setting },
      `select set_config('request.jwt.claims', '${claims === null ? '' : JSON.stringify(claims)}', true)`,
      query,
    )
    return row?.value
  }

  const current = 'select app.current_tenant_id() as value'
  const withTenant = (sub: string, tenant_id: unknown = tenant) => ({ sub, app_metadata: { tenant_id } })

  test('the user is that of the token, and the tenant that of its claim or of the setting', async () => {
    expect(await as(withTenant(owner), current)).toBe(tenant)
    expect(await as({ sub: owner }, current, 'authenticated', tenant)).toBe(tenant)
    expect(await as({ sub: owner }, 'select app.current_user_id() as value')).toBe(owner)
  })

  test.each<[string, () => [unknown, string]]>([
    ['a token of another user', () => [withTenant(second), '']],
    ['no token', () => [null, tenant]],
    ['a token without a user', () => [{ app_metadata: { tenant_id: tenant } }, '']],
    [
      'a claim that the user may change himself',
      () => [{ sub: owner, user_metadata: { tenant_id: tenant } }, ''],
    ],
    ['an empty claim', () => [{ sub: owner, app_metadata: {} }, '']],
    ['a claim that is null', () => [withTenant(owner, null), '']],
  ])('there is no tenant with %s', async (_, context) => {
    const [claims, setting] = context()
    expect(await as(claims, current, 'authenticated', setting)).toBeNull()
  })

  test('a setting of the user counts for nothing', async () => {
    const forged = `select set_config('app.user_id', '${owner}', true), app.current_tenant_id() as value`
    expect(await as(withTenant(second), forged)).toBeNull()
    expect(await as({ sub: second }, `select count(*)::int as value from app.my_tenants()`)).toBe(0)
  })

  test('an invitation is accepted by the user of the token alone', async () => {
    await as(withTenant(owner), `select app.invite_member('${second}', 'member')`)
    const accept = `select app.accept_invitation('${tenant}')`
    expect(await refusalOf(() => as({ sub: owner }, accept))).toBe('02000')
    await as({ sub: second }, accept)
    expect(await as(withTenant(second), current)).toBe(tenant)
  })

  test('what the platform grants to everybody on new tables is taken back', async () => {
    for (const role of ['authenticated', 'anon']) {
      for (const query of [
        'truncate public.memberships',
        `insert into public.tenants (name) values ('x')`,
        'delete from public.memberships',
      ]) {
        expect(await refusalOf(() => as(withTenant(owner), query, role)), query).toBe('42501')
      }
    }
    expect(await refusalOf(() => as(withTenant(owner), 'select from public.memberships', 'anon'))).toBe(
      '42501',
    )
    expect(await refusalOf(() => as(withTenant(owner), current, 'anon'))).toBe('42501')
  })
})

test('no check finds anything in a tenancy on supabase, replayed or on a server', async () => {
  const statements = [defaults, ...createTenancy(made)]
  const guarded = { ...matching(made, declared), guardedNamespaces: ['public', 'app'] }
  expect(await findingsIn(server(), statements, guarded, platform)).toEqual({
    replay: [],
    catalog: [],
  })
})

test('users of supabase have uuids', () => {
  expect(() => createTenancy(blueprint({ ...declared, userKeyType: 'text' }, 'authenticated'))).toThrow(
    /auth\.uid\(\)/,
  )
})
