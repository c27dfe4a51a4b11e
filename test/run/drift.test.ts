import { afterEach, expect, test } from 'vitest'
import { applyMigrations } from '../../src/run/apply/apply-migrations.ts'
import { audit } from '../../src/run/audit.ts'
import { loadParser } from '../../src/sql/parse.ts'
import type { TenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { folderWith } from '../cli/ringfence.ts'
import { testedMajor, testServer } from '../server.ts'

await loadParser()
const server = testServer()
afterEach(() => server().reset())

const base = `
create role app_user;
create role reporting;
create schema app;
create function app.tenant() returns uuid language sql stable
  as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;
create table app.invoices (tenant_id uuid not null, id uuid not null, total numeric, note text, primary key (tenant_id, id));
alter table app.invoices enable row level security;
alter table app.invoices force row level security;
create view app.sums with (security_barrier) as select tenant_id, sum(total) as total from app.invoices group by tenant_id;
create policy own on app.invoices to app_user
  using (tenant_id = (select app.tenant())) with check (tenant_id = (select app.tenant()));
grant usage on schema app to app_user;
grant select, insert on app.invoices to app_user;
`
const tenancy: TenancyDeclaration = { appRoles: ['app_user'] }

interface Live {
  /** The migrations, and what somebody did by hand afterwards. */
  readonly migrations: string
  readonly byHand: string
  readonly tenancy?: TenancyDeclaration
  /** What the database holds beforehand. */
  readonly before?: string
  readonly reader?: string
}

/** What is found drifted, by subject, and how much could not be compared. */
async function drift({ migrations, byHand, tenancy: declared = tenancy, before = '', reader }: Live) {
  const { platform = null } = declared
  const database = await server().createDatabase()
  if (platform !== null) await applyMigrations(database, [], { platform })
  const connection = await database.connect()
  await connection.query(before + migrations)
  await connection.query(byHand)
  await connection.close()
  const url = new URL(database.url)
  if (reader !== undefined) Object.assign(url, { username: reader, password: 'secret' })
  const { result } = await audit(
    {
      cwd: folderWith({ 'm/1.sql': migrations }),
      paths: ['m'],
      layout: null,
      config: {
        file: 'ringfence.config.json',
        migrations: [],
        tenancy: declared,
        checks: {},
        paths: [],
        baseline: null,
      },
    },
    { databaseUrl: url.href, engine: null, statementTimeout: 60_000, onProgress: () => undefined },
  )
  const drifted = result.findings.filter(({ check }) => check === 'drift')
  return { found: drifted.map(({ subject }) => subject), notCompared: result.notCompared }
}

const definer = `create function app.sum() returns numeric language sql stable security definer set search_path = ''
  as 'select sum(total) from app.invoices';`
const allowed = (rest: string) =>
  `create function app.allowed(t uuid, everything boolean default ${rest.includes('true') ? 'true' : 'false'}) returns boolean
   language sql stable as 'select everything or t = app.tenant()';`
const guard = `create function app.guard() returns trigger language plpgsql as 'begin return new; end';
  create trigger guard before insert or update of tenant_id on app.invoices for each row when (new.total is not null)
  execute function app.guard('strict');`
const guardAgain = (changed: Readonly<Record<string, string>>) =>
  Object.entries(changed).reduce(
    (sql, [from, to]) => sql.replace(from, to),
    guard.slice(guard.indexOf('create trigger')).replace('create trigger', 'create or replace trigger'),
  )

test.each<[title: string, migrations: string, byHand: string, found: readonly string[]]>([
  [
    'a table that another role owns, which row security does not hold while it is not forced',
    '',
    'alter table app.invoices owner to reporting',
    ['app.invoices/owner'],
  ],
  [
    'a SECURITY DEFINER function that a superuser owns instead of a role that row security holds',
    `${definer} alter function app.sum() owner to reporting;`,
    'alter function app.sum() owner to postgres',
    ['app.sum()/owner'],
  ],
  [
    'a view that a superuser owns instead of a role that row security holds',
    'create view app.v as select * from app.invoices; alter view app.v owner to reporting;',
    'alter view app.v owner to postgres',
    ['app.v/owner'],
  ],
  [
    'all tables of the application, and no other role that could have run the migrations',
    '',
    'alter table app.invoices owner to app_user',
    ['app.invoices/grants', 'app.invoices/owner'],
  ],
  [
    'a function that is called on NULL',
    `create function app.own(t uuid) returns boolean language sql strict as 'select t is null or t = app.tenant()';`,
    'alter function app.own(uuid) called on null input',
    ['app.own(uuid)/strict'],
  ],
  [
    'the default of an argument that policies leave out',
    allowed('false'),
    allowed('true').replace('create', 'create or replace'),
    ['app.allowed(uuid, boolean)/argumentDefaults'],
  ],
  [
    'the argument that a trigger gives to its function',
    guard,
    guardAgain({ "'strict'": "'lax'" }),
    ['app.invoices/guard/arguments'],
  ],
  [
    'a rule that fires no more',
    'create rule keep as on delete to app.invoices do instead nothing;',
    'alter table app.invoices disable rule keep',
    ['app.invoices/keep/enabled'],
  ],
  [
    'a role that may read the changes of every table',
    '',
    'alter role app_user replication',
    ['app_user/replication'],
  ],
  [
    'a view among the relations of the system',
    '',
    'create view information_schema.invoices as select * from app.invoices',
    ['information_schema.invoices'],
  ],
  [
    'a function among those of the system',
    '',
    `create function pg_catalog.invoices() returns setof app.invoices language sql security definer
     as 'select * from app.invoices'`,
    ['pg_catalog.invoices()'],
  ],
  [
    'a view that is called like the bookkeeping of a tool',
    '',
    'create view app.alembic_version as select * from app.invoices',
    ['app.alembic_version'],
  ],
  [
    'a setting in a policy',
    `create policy shown on app.invoices for select to reporting using (note = current_setting('app.note'));`,
    `alter policy shown on app.invoices using (note = current_setting('app.other'))`,
    ['app.invoices/shown/using'],
  ],
  [
    'a subquery that no longer depends on the row',
    `create policy shown on app.invoices for select to reporting
     using (exists (select from app.invoices i where i.tenant_id = invoices.tenant_id));`,
    `alter policy shown on app.invoices using (exists (select from app.invoices i where i.tenant_id = i.tenant_id))`,
    ['app.invoices/shown/using'],
  ],
  [
    'parentheses in a policy',
    `create policy shown on app.invoices for select to reporting
     using ((total = 1 or total = 2) and tenant_id = app.tenant());`,
    `alter policy shown on app.invoices using (total = 1 or (total = 2 and tenant_id = app.tenant()))`,
    ['app.invoices/shown/using'],
  ],
])('drift: %s', async (_, migrations, byHand, found) => {
  expect(await drift({ migrations: base + migrations, byHand })).toEqual({ found, notCompared: 0 })
})

test.each<[title: string, migrations: string]>([
  [
    'rows and NOT DISTINCT, which the server writes otherwise',
    `create policy r on app.invoices for select to reporting
     using ((tenant_id, id) = (app.tenant(), id) and total is not distinct from 1);`,
  ],
  [
    'triggers, rules and defaults as they were declared',
    `${guard} ${allowed('false')} create rule keep as on delete to app.invoices do instead nothing;`,
  ],
  [
    'an owner that is named and is the role that ran the migrations',
    'alter table app.invoices owner to postgres; alter function app.tenant() owner to current_user;',
  ],
])('no drift: %s', async (_, migrations) => {
  expect(await drift({ migrations: base + migrations, byHand: '' })).toEqual({ found: [], notCompared: 0 })
})

test.each<[title: string, migrations: string, byHand: string]>([
  ['the condition of a trigger', guard, guardAgain({ 'new.total is not null': 'false' })],
  ['the columns of a trigger', guard, guardAgain({ 'of tenant_id': 'of note' })],
  [
    'the actions of a rule',
    'create rule log as on insert to app.invoices do also notify one;',
    'create or replace rule log as on insert to app.invoices do also notify two',
  ],
  [
    'a constant of an enum of which a label was renamed',
    `create type app.plan as enum ('free', 'paid'); alter table app.invoices add plan app.plan;
     create policy paid on app.invoices for select to reporting using (plan = 'paid');
     alter type app.plan rename value 'paid' to 'charged';`,
    '',
  ],
  [
    'an operator that only an extension has',
    'create extension citext; create table app.c (a citext); create policy c on app.c using (a = $$x$$);',
    '',
  ],
])(
  'without a server that ran the migrations this is not compared, and counted: %s',
  async (_, migrations, byHand) => {
    const { found, notCompared } = await drift({ migrations: base + migrations, byHand })
    expect(found).toEqual([])
    expect(notCompared).toBeGreaterThan(0)
  },
)

test('a view that shows a guarded table is drift in whatever namespace, and a table there is not', async () => {
  const byHand = `create view public.shown as select * from app.invoices;
    create view public.again as select * from public.shown; create table public.other (id int)`
  const { found } = await drift({
    migrations: base,
    byHand,
    tenancy: { ...tenancy, guardedNamespaces: ['app'] },
  })
  expect(found).toEqual(['public.again', 'public.shown'])
})

test('the owner that all tables have is not taken for who ran the migrations where they made the role', async () => {
  const before = `create role deployer superuser; set session authorization deployer;`
  const byHand = 'reassign owned by deployer to app_user'
  const { found } = await drift({ migrations: base, byHand, before })
  expect(found).toContain('app.invoices/owner')
})

test('what a role sets for its own sessions does not change what is read of constants', async () => {
  const note = (text: string) =>
    `policy noted on app.invoices for select to reporting using (note = '${text}')`
  const byHand = `create role auditor login password 'secret'; alter role auditor set standard_conforming_strings to off;`
  const same = { migrations: `${base} create ${note('a\\b')};`, byHand, reader: 'auditor' }
  expect(await drift(same)).toEqual({ found: [], notCompared: 0 })
})

test('policies on tables of the platform are held against the migrations, and nothing else of them is', async () => {
  const migrations = `create table public.notes (id uuid);
    create policy own_files on storage.objects for select to authenticated using (owner = (select auth.uid()));`
  const byHand = `drop policy own_files on storage.objects; create policy all_files on storage.objects using (true);
    grant select on storage.objects to anon; create table auth.sessions_by_device (id uuid)`
  const { found } = await drift({ migrations, byHand, tenancy: { platform: 'supabase' } })
  expect(found).toEqual(['storage.objects/all_files', 'storage.objects/own_files'])
})

test.runIf(testedMajor >= 15)(
  'a row filter and a list of columns of a publication are drift once they are gone',
  async () => {
    const narrowed = (sql: string) => `${base} create publication p for table app.invoices ${sql};`
    const byHand = 'alter publication p set table app.invoices'
    const found = ['p/app.invoices']
    expect(await drift({ migrations: narrowed('(tenant_id, id)'), byHand })).toEqual({
      found,
      notCompared: 0,
    })
    await server().reset()
    expect(await drift({ migrations: narrowed('where (total > 1)'), byHand })).toEqual({
      found,
      notCompared: 0,
    })
    await server().reset()
    const same = await drift({ migrations: narrowed('(tenant_id, id)'), byHand: '' })
    expect(same).toEqual({ found: [], notCompared: 0 })
  },
)

test.runIf(testedMajor >= 16)(
  'a membership that inherits although its member does not is not taken for equal',
  async () => {
    const migrations = `${base} create role clerk noinherit; grant reporting to clerk;`
    expect(await drift({ migrations, byHand: '' })).toEqual({ found: [], notCompared: 0 })
    await server().reset()
    const byHand = 'grant reporting to clerk with inherit true'
    expect(await drift({ migrations, byHand })).toEqual({ found: [], notCompared: 1 })
  },
)
