import { type Kysely, Migrator } from 'kysely'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { defineTenancy } from '../../../src/kysely/define-tenancy.ts'
import { type GuardOptions, guardMigrations } from '../../../src/kysely/guard/guard-migrations.ts'
import { testServer } from '../../server.ts'
import { type Bed, createLogins, openBed, type Tables } from '../bed.ts'
import { type Handle, send } from './attempts.ts'

const server = testServer()
let bed: Bed

beforeAll(() => createLogins(server()))
beforeEach(async () => {
  bed = await openBed(server())
})
afterEach(() => bed.close())

async function errorOf(
  bodies: readonly ((db: Kysely<Tables>) => Promise<void>)[],
  options: GuardOptions,
): Promise<unknown> {
  const migrations = Object.fromEntries(bodies.map((up, at) => [`00${at + 1}`, { up }]))
  const provider = guardMigrations({ getMigrations: async () => migrations }, options)
  return (await new Migrator({ db: bed.db, provider }).migrateToLatest()).error
}

test('functions made and replaced by the templates pass, with whatever options', async () => {
  const tenancy = defineTenancy({ supportRole: 'support' })
  const existing = { existing: ['tenants'], tenantName: 'title', managers: ['owner'] } as const
  const error = await errorOf(
    [
      async (db) => {
        await send(
          db,
          'create table tenants (id uuid primary key default gen_random_uuid(), title text not null)',
        )
        await tenancy.createTenancy(db, existing)
      },
      (db) => tenancy.upgradeTenancy(db, { ...existing, managers: ['owner', 'member'] }),
    ],
    { tenancy },
  )
  expect(error).toBeUndefined()
})

test('the functions for Supabase pass', async () => {
  const tenancy = defineTenancy({ platform: 'supabase' })
  await bed.rows(`create schema auth; grant usage on schema auth to public;
    create function auth.uid() returns uuid language sql stable as $$ select null::uuid $$;
    create function auth.jwt() returns jsonb language sql stable as $$ select null::jsonb $$`)
  for (const role of ['anon', 'authenticated', 'service_role'])
    await bed.rows(`do $$ begin create role ${role}; exception when duplicate_object then null; end $$`)
  const error = await errorOf([(db) => tenancy.createTenancy(db), (db) => tenancy.upgradeTenancy(db)], {
    tenancy,
  })
  expect(error).toBeUndefined()
})

test('leave to run a function of the context passes', async () => {
  const tenancy = defineTenancy({})
  const error = await errorOf(
    [
      (db) => tenancy.createTenancy(db),
      (db: Handle) =>
        send(db, 'create role reporting', 'grant execute on function app.current_user_id() to reporting'),
    ],
    { tenancy },
  )
  expect(error).toBeUndefined()
})

const asMember = (...statements: readonly string[]) => [
  'grant app_context to current_user',
  'grant create on schema app to app_context',
  ...statements,
  'revoke create on schema app from app_context',
  'revoke app_context from current_user',
]

test('a function that manages members is not replaced by hand', async () => {
  const tenancy = defineTenancy({})
  const error = await errorOf(
    [
      (db) => tenancy.createTenancy(db),
      (db) =>
        send(
          db,
          ...asMember(
            `create or replace function app.my_tenants() returns table (id uuid, name text, role text)
              language plpgsql stable security definer set search_path = pg_catalog, pg_temp
              as $$ begin return query select t.id, t.name, 'owner' from public.tenants t; end $$`,
          ),
        ),
    ],
    { tenancy },
  )
  expect(String(error)).toMatch(/002[\s\S]*app\.my_tenants says for whom a statement runs/)
})

test('a function that the owner of the functions is given is not taken', async () => {
  const tenancy = defineTenancy({})
  const error = await errorOf(
    [
      (db) => tenancy.createTenancy(db),
      (db) =>
        send(
          db,
          ...asMember(
            `create function app.everybody() returns setof public.memberships language plpgsql security definer
              set search_path = '' as $$ begin return query select * from public.memberships; end $$`,
            'alter function app.everybody() owner to app_context',
          ),
        ),
    ],
    { tenancy },
  )
  expect(String(error)).toMatch(/002[\s\S]*app\.everybody says for whom a statement runs/)
})

const helper = `create function app.asked() returns uuid language sql stable set search_path = ''
  as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$`
const byHand = `create function app.tenant() returns uuid language sql stable set search_path = '' as $$ select app.asked() $$`

test('what is written by hand passes in a migration that is named, and what it calls is not replaced without a word', async () => {
  const bodies = [
    (db: Handle) => send(db, 'create schema app', helper, byHand),
    (db: Handle) => send(db, 'create function app.other() returns integer language sql as $$ select 1 $$'),
    (db: Handle) =>
      send(
        db,
        'create or replace function app.asked() returns uuid language sql stable as $$ select null::uuid $$',
      ),
  ]
  const tenancy = { tenantKey: 'tenant_id', appRoles: ['app_user'], context: { functions: ['app.tenant'] } }
  expect(String(await errorOf(bodies, { tenancy }))).toMatch(/001[\s\S]*app\.asked[\s\S]*app\.tenant /)
  expect(String(await errorOf(bodies, { tenancy, contextByHand: ['001'] }))).toMatch(
    /003[\s\S]*app\.asked says for whom a statement runs/,
  )
})
