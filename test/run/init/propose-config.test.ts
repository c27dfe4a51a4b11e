import { expect, it } from 'vitest'
import type { Migration } from '../../../src/replay/migration.ts'
import { type ConfigEntry, toldIn, untoldIn } from '../../../src/run/init/config-entry.ts'
import { proposeConfig, survey } from '../../../src/run/init/propose-config.ts'
import type { Told } from '../../../src/run/init/propose-tenancy.ts'
import { tree } from '../../replay/layouts/tree.ts'

/** What is proposed for a history of one file: what it tells, and what is left open. */
async function proposed(sql: string, told: Told = {}, folder = 'migrations') {
  const files = { [`${folder}/1_a.sql`]: sql, 'supabase/config.toml': '' }
  const surveyed = await survey({ cwd: tree(files), paths: [folder], layout: null })
  const entries = proposeConfig(surveyed, told)
  const { tenancy } = toldIn(entries) as { readonly tenancy?: Readonly<Record<string, unknown>> }
  return { entries, tenancy: tenancy ?? {}, open: untoldIn(entries).map(({ path }) => path) }
}

function notesOf(entries: readonly ConfigEntry[], key: string): string {
  const notes = entries.flatMap((entry) => [
    ...(entry.key === key ? entry.notes : []),
    ...('entries' in entry ? [notesOf(entry.entries, key)] : []),
  ])
  return notes.join(' ')
}

const tables = `
create table tenants (id uuid primary key);
create table users (id uuid primary key);
create table memberships (
  tenant_id uuid references tenants, user_id uuid references users, role text, primary key (tenant_id, user_id)
);
create table invoices (id uuid, tenant_id uuid references tenants);
create table countries (code text primary key);
create role app_user;
grant select, insert on invoices to app_user;
`

it('tells the tenant key, the tenants, the memberships and the users from the tables', async () => {
  const { tenancy, open, entries } = await proposed(tables)
  expect(tenancy).toEqual({
    tenantKey: 'tenant_id',
    tenants: 'public.tenants',
    memberships: { relation: 'public.memberships', tenantKey: 'tenant_id', userKey: 'user_id', role: 'role' },
    users: 'public.users',
  })
  expect(open).toEqual(['tenancy.appRoles', 'tenancy.globalTables'])
  expect(notesOf(entries, 'tenantKey')).toBe('2 of 5 tables have it, 2 as a foreign key to public.tenants.')
  expect(notesOf(entries, 'appRoles')).toMatch(/app_user: granted select, insert on 1 table\./)
  expect(JSON.stringify(entries)).toContain('{"relation":"public.countries","reason":""}')
})

it('tells the types of keys that are no uuid', async () => {
  const { tenancy } = await proposed(tables.replaceAll('uuid', 'bigint'))
  expect(tenancy).toMatchObject({ keyType: 'bigint', userKeyType: 'bigint' })
})

it('takes what a person says of the tenant key and of the roles', async () => {
  const sql = `${tables} create table sites (id uuid primary key); create table visits (site uuid references sites, note text);`
  const { tenancy, open } = await proposed(sql, { tenantKey: 'site', appRoles: ['web'] })
  expect(tenancy).toMatchObject({ tenantKey: 'site', tenants: 'public.sites', appRoles: ['web'] })
  expect(open).not.toContain('tenancy.tenantKey')
})

it('asks for the tenant key where a column of another name is in many more tables', async () => {
  const projects = [1, 2, 3, 4].map(
    (at) => `create table t${at} (id uuid, project_id uuid references projects);`,
  )
  const sql = `create table orgs (id uuid primary key); create table projects (id uuid primary key, org_id uuid references orgs); ${projects.join(' ')}`
  const { tenancy, open, entries } = await proposed(sql)
  expect(tenancy).toEqual({})
  expect(open).toEqual(['tenancy.tenantKey', 'tenancy.tenants', 'tenancy.memberships', 'tenancy.appRoles'])
  expect(notesOf(entries, 'tenantKey')).toBe(
    'Which column names the tenant that a row belongs to? org_id is taken until this is told. ' +
      'Perhaps project_id: 4 of 6 tables have it, 4 as a foreign key to public.projects. ' +
      'Perhaps org_id: 1 of 6 tables has it, 1 as a foreign key to public.orgs.',
  )
  expect(notesOf(entries, 'tenants')).toMatch(/^If the tenant key is org_id: /)
})

it('asks for everything where no table has a tenant', async () => {
  const { tenancy, open, entries } = await proposed('create table notes (id uuid, author_id uuid);')
  expect(tenancy).toEqual({})
  expect(open).toEqual(['tenancy.tenantKey', 'tenancy.appRoles'])
  expect(notesOf(entries, 'tenantKey')).toBe(
    'Which column names the tenant that a row belongs to? Of 1 table none has one of a usual name.',
  )
})

const policy = (condition: string) =>
  `${tables} create policy p on invoices to app_user using (${condition});`

it('tells the settings that policies read, in functions too, and leaves the functions to be read by a person', async () => {
  const functions = `create function who() returns uuid language sql as $$ select current_setting('app.user_id')::uuid $$;`
  const { tenancy, open, entries } = await proposed(
    functions + policy("tenant_id = current_setting('app.tenant_id')::uuid and who() is not null"),
  )
  expect(tenancy).toMatchObject({
    context: { tenantSetting: 'app.tenant_id', userSetting: 'app.user_id' },
    appRoles: ['app_user'],
  })
  expect(open).toEqual(['tenancy.context.functions', 'tenancy.globalTables'])
  expect(notesOf(entries, 'tenantSetting')).toBe('1 policy reads app.tenant_id.')
})

it('asks which setting it is where policies read one that names neither the tenant nor the user', async () => {
  const { tenancy, open, entries } = await proposed(
    policy("tenant_id = current_setting('app.tenant_id')::uuid or current_setting('app.bypass') = 'on'"),
  )
  expect(tenancy).not.toHaveProperty('context')
  expect(open).toContain('tenancy.context.tenantSetting')
  expect(notesOf(entries, 'tenantSetting')).toMatch(
    /1 policy reads app.tenant_id. 1 policy reads app.bypass.$/,
  )
})

it('asks which roles are those of the application where policies name several', async () => {
  const { tenancy, open, entries } = await proposed(
    `${policy('true')} create role billing; create policy q on invoices to billing using (true);`,
  )
  expect(tenancy).not.toHaveProperty('appRoles')
  expect(open).toContain('tenancy.appRoles')
  expect(notesOf(entries, 'appRoles')).toMatch(
    /app_user: named by 1 policy, granted select, insert on 1 table. billing: named by 1 policy.$/,
  )
})

it('declares the platform of migrations of Supabase and the roles of its API', async () => {
  const { tenancy } = await proposed(
    'create table notes (id uuid, tenant_id uuid);',
    {},
    'supabase/migrations',
  )
  expect(tenancy).toMatchObject({ platform: 'supabase', appRoles: ['anon', 'authenticated'] })
})

it('asks what the migration tool puts in', async () => {
  const cwd = tree({ 'm/1_a.up.sql': 'select 1; create table {{ .Schema }}.t ();' })
  const entries = proposeConfig(await survey({ cwd, paths: ['m'], layout: null }), {})
  expect(entries[1]).toMatchObject({
    key: 'migrations',
    value: [{ path: 'm', variables: { Schema: '' } }],
    isTold: false,
  })
})

it('leaves the tenancy to migrations that declare it', async () => {
  const cwd = tree({ 'm/1_a.ts': "import 'kysely'\nexport async function up() {}" })
  const programs = {
    collect: async (migrations: readonly Migration[]) => ({
      migrations: migrations.map((one) => ({
        ...one,
        text: tables,
        parts: [{ kind: 'sql' as const, start: 0, end: tables.length }],
      })),
      tenancies: [{ tenantKey: 'tenant_id' }],
    }),
    run: async () => undefined,
  }
  const entries = proposeConfig(await survey({ cwd, paths: ['m'], layout: null, programs }), {})
  expect(toldIn(entries)).toEqual({ migrations: ['m'] })
  expect(notesOf(entries, 'migrations')).toMatch(/They declare the tenancy themselves/)
  expect(untoldIn(entries)).toEqual([])
})
