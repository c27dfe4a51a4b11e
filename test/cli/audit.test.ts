import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Database } from '../../src/engine/engine.ts'
import { codeQuality, junitErrors, sarifLog } from '../report/schemas.ts'
import { testedMajor, testServer } from '../server.ts'
import { folderWith, ringfence } from './ringfence.ts'

const server = testServer()

const safe = `
create role app_user;
create schema app;
create function app.tenant() returns uuid language sql stable
  as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;
create table public.tenants (id uuid primary key);
alter table public.tenants enable row level security;
alter table public.tenants force row level security;
create policy own on public.tenants for all to app_user using (id = (select app.tenant())) with check (id = (select app.tenant()));
create table public.invoices (tenant_id uuid not null references public.tenants, id uuid not null, primary key (tenant_id, id));
alter table public.invoices enable row level security;
alter table public.invoices force row level security;
create policy own on public.invoices for all to app_user
  using (tenant_id = (select app.tenant())) with check (tenant_id = (select app.tenant()));
grant usage on schema public to app_user;
grant select, insert, update, delete on public.invoices to app_user;
`
const config = JSON.stringify({ tenancy: { tenants: 'public.tenants', appRoles: ['app_user'] } })

async function databaseWith(sql: string): Promise<Database> {
  await server().reset()
  const database = await server().createDatabase()
  const connection = await database.connect()
  await connection.query(sql)
  await connection.close()
  return database
}

function auditing({ url }: Database, files: Readonly<Record<string, string>>, ...options: string[]) {
  return ringfence(['audit', '--database-url', url, ...options], folderWith(files))
}

test('a database whose tables are protected passes', async () => {
  const database = await databaseWith(safe)
  const { code, stdout, stderr } = auditing(database, { 'ringfence.config.json': config })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toContain(`0 errors, 0 warnings in 2 relations of the database ${database.name} (PostgreSQL`)
})

test('what stands in no file is told in every format, and each is valid', async () => {
  const database = await databaseWith(`${safe} alter table public.invoices no force row level security`)
  const folder = folderWith({ 'ringfence.config.json': config })
  const reports = ['sarif', 'gitlab', 'junit', 'markdown'].flatMap((name) => ['--report', `${name}=${name}`])
  const args = ['audit', '--database-url', database.url, '--format', 'github', ...reports]
  const { code, stdout } = ringfence(args, folder)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^::error title=ringfence%3A row-security-not-forced::public\.invoices /)
  expect(sarifLog(read('sarif')).runs[0]?.results?.[0]?.locations).toEqual([
    { logicalLocations: [{ fullyQualifiedName: 'public.invoices' }] },
  ])
  const place = `the database ${database.name} (PostgreSQL `
  expect(codeQuality(read('gitlab'))[0]?.location.path).toContain(place)
  expect(await junitErrors(read('junit'))).toEqual([])
  expect(read('junit')).toContain(`<testsuite name="${place}`)
  expect(read('markdown')).toContain(`| <code>public.invoices</code> | <code>the database `)
})

test('a table that lost its protection is found, under its real name', async () => {
  const name = 'public."Rech""nung.\nÜbersicht"'
  const database = await databaseWith(`${safe}
    create table ${name} (tenant_id uuid not null references public.tenants, id int, primary key (tenant_id, id));
    alter table public.invoices no force row level security`)
  const { code, stdout } = auditing(database, { 'ringfence.config.json': config }, '--format=json')
  const { findings, server: read } = JSON.parse(stdout)
  expect(code).toBe(1)
  expect(read).toMatchObject({ database: database.name })
  const found = findings.map(({ check, subject, file, line }: Record<string, unknown>) => ({
    check,
    subject,
    file,
    line,
  }))
  expect(found).toContainEqual({
    check: 'row-security-not-forced',
    subject: 'public.invoices',
    file: null,
    line: null,
  })
  expect(found).toContainEqual({
    check: 'row-security-not-enabled',
    subject: name,
    file: null,
    line: null,
  })
})

test('an audit assigns no transaction id: it writes nothing', async () => {
  const database = await databaseWith(safe)
  const connection = await database.connect()
  const next = 'select pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text as id'
  const before = await connection.query(next)
  expect(auditing(database, { 'ringfence.config.json': config }).code).toBe(0)
  expect(await connection.query(next)).toEqual(before)
  await connection.close()
})

test('the environment may name the database, so that its password is in no list of processes', async () => {
  const { url } = await databaseWith(safe)
  const folder = folderWith({ 'ringfence.config.json': config })
  expect(ringfence(['audit'], folder, { RINGFENCE_DATABASE_URL: url }).code).toBe(0)
})

test('without a database and without an engine the message tells both ways', () => {
  const { code, stdout, stderr } = ringfence(['audit'], folderWith({}))
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('--database-url')
  expect(stderr).toContain('--engine embedded')
})

test('a query that takes too long is given up with a sentence', async () => {
  const database = await databaseWith(safe)
  const holder = await database.connect()
  await holder.query('begin; lock table pg_catalog.pg_policy in access exclusive mode')
  const { code, stderr } = auditing(database, {}, '--statement-timeout', '1')
  await holder.close()
  expect(code).toBe(2)
  expect(stderr).toContain('--statement-timeout SECONDS')
})

test('the model of a database is printed like that of migrations', async () => {
  const database = await databaseWith(safe)
  const live = ringfence(
    ['model', '--format=json', '--database-url', database.url],
    folderWith({ 'ringfence.config.json': config }),
  )
  const replayed = ringfence(
    ['model', '--format=json', 'm'],
    folderWith({ 'ringfence.config.json': config, 'm/1.sql': safe }),
  )
  const placeless = (text: string) =>
    JSON.parse(text, (key, value: unknown) => (['file', 'line', 'owner'].includes(key) ? undefined : value))
  const declared = placeless(replayed.stdout)
  expect(placeless(live.stdout)).toMatchObject({
    relations: declared.relations,
    functions: declared.functions,
    views: declared.views,
  })
})

test('migrations are run on a server of their own, and findings point into their files', () => {
  const files = {
    'ringfence.config.json': config,
    'm/1.sql': safe,
    'm/2.sql': `do $$ begin execute (select 'alter table public.invoices no force row level security'); end $$;`,
  }
  const { code, stdout, stderr } = ringfence(
    ['audit', '--engine', 'embedded', 'm', '--format=json'],
    folderWith(files),
  )
  expect({ code, stderr }).toMatchObject({ code: 1 })
  expect(JSON.parse(stdout)).toMatchObject({
    summary: { files: 2, unmodelled: 0, findings: { error: 1 } },
    findings: [{ check: 'row-security-disabled', file: 'm/2.sql' }],
  })
})

test('migrations that a server refuses half-way are told by file and line', () => {
  const files = { 'm/1.sql': safe, 'm/2.sql': '\n\nalter table public.absent add column a int;\n' }
  const { code, stdout, stderr } = ringfence(['audit', '--engine', 'embedded', 'm'], folderWith(files))
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('m/2.sql:3:1: ')
  expect(stderr).toContain('relation "public.absent" does not exist')
})

test('a database that is what its migrations declare has no drift, whoever owns it', async () => {
  const database = await databaseWith(`
    create role deployer superuser;
    set session authorization deployer;
    ${safe}`)
  const files = { 'ringfence.config.json': config, 'm/1.sql': safe }
  for (const engine of [[], ['--engine', 'embedded']]) {
    const { code, stdout, stderr } = auditing(database, files, 'm', '--format=json', ...engine)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(JSON.parse(stdout)).toMatchObject({ summary: { notCompared: 0 }, findings: [] })
  }
})

test('what was changed by hand is drift, with both sides and the statement that declares it', async () => {
  const database = await databaseWith(`${safe}
    alter policy own on public.invoices using (tenant_id is not null);
    grant truncate on public.invoices to app_user;`)
  const files = { 'ringfence.config.json': config, 'm/1.sql': safe }
  const { code, stdout } = auditing(database, files, 'm', '--format=json')
  const { findings } = JSON.parse(stdout)
  expect(code).toBe(1)
  const drift = findings.filter(({ check }: { check: string }) => check === 'drift')
  expect(drift).toMatchObject([
    {
      subject: 'public.invoices/grants',
      message: expect.stringMatching(/the database has truncate to app_user, they have nothing more/),
    },
    {
      subject: 'public.invoices/own/using',
      file: 'm/1.sql',
      message: expect.stringMatching(
        /the database has tenant_id IS NOT NULL, they have tenant_id = \(SELECT app\.tenant\(\)\)/,
      ),
    },
  ])
})

test('comments of the migrations accept what a database has, and so does a baseline, each in its own way', async () => {
  const changed = 'alter table public.invoices no force row level security'
  const database = await databaseWith(`${safe}${changed};`)
  const drifted = 'public.invoices/rowSecurityForced'
  const accepted = [
    `-- ringfence: accept drift on ${drifted} because an import runs until 2999-12-31`,
    '-- ringfence: accept drift on public.tenants/rowSecurityForced because of another import',
    '-- ringfence: accept row-security-not-forced on public.invoices because an import runs',
  ].join('\n')
  const folder = folderWith({
    'ringfence.config.json': config,
    'm/1.sql': safe,
    'n/1.sql': `${accepted}\n${safe}`,
  })
  const audit = (...args: string[]) => ringfence(['audit', '--database-url', database.url, ...args], folder)
  const blocking = ['drift', 'row-security-not-forced']
  const checksOf = (stdout: string) =>
    JSON.parse(stdout).findings.map(({ check }: { check: string }) => check)

  expect(checksOf(audit('m', '--format=json').stdout).sort()).toEqual(blocking)
  const commented = JSON.parse(audit('n', '--format=json').stdout)
  expect(commented.findings).toMatchObject([
    {
      check: 'suppression-unused',
      message: expect.stringContaining('drift on public.tenants/rowSecurityForced'),
    },
  ])
  expect(commented.summary).toMatchObject({ suppressed: 2, baselined: 0 })

  expect(audit('m', '--baseline=b.json', '--update-baseline')).toMatchObject({ code: 0 })
  expect(audit('m', '--baseline=b.json').stdout).toContain('Accepted: 2 by the baseline.')
  expect(
    JSON.parse(ringfence(['check', 'm', '--baseline=b.json', '--format=json'], folder).stdout),
  ).toMatchObject({
    findings: [],
    summary: { baselined: 0 },
  })
  const connection = await database.connect()
  await connection.query('alter table public.invoices force row level security')
  await connection.close()
  expect(checksOf(audit('m', '--baseline=b.json', '--format=json').stdout)).toEqual([
    'baseline-stale',
    'baseline-stale',
  ])
})

test('what only a server can tell of the migrations is settled by one that runs them', async () => {
  const dynamic = `
    create table public.steps (sql text);
    alter table public.steps enable row level security;
    alter table public.steps force row level security;
    insert into public.steps values ('alter table public.invoices no force row level security');
    do $$ begin execute (select sql from public.steps); end $$;`
  const database = await databaseWith(`${safe} ${dynamic}`)
  const files = { 'ringfence.config.json': config, 'm/1.sql': safe, 'm/2.sql': dynamic }
  const driftOf = (...options: string[]) => {
    const { stdout, stderr } = auditing(database, files, 'm', '--format=json', ...options)
    const { findings } = JSON.parse(stdout)
    return { stderr, drift: findings.filter(({ check }: { check: string }) => check === 'drift') }
  }
  expect(driftOf().stderr).toContain('--engine embedded runs them, and settles it')
  expect(driftOf('--engine', 'embedded').drift).toEqual([])
})

test.skipIf(testedMajor === 18)('a server of another version that ran the migrations is told', async () => {
  const database = await databaseWith(safe)
  const files = { 'ringfence.config.json': config, 'm/1.sql': safe }
  const { stderr } = auditing(database, files, 'm', '--engine', 'embedded')
  expect(stderr).toContain(
    `the migrations were run on PostgreSQL 18, and the database is of PostgreSQL ${testedMajor}`,
  )
})
