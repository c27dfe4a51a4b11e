import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { folderWith, ringfence } from './ringfence.ts'

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
)

test('--version is that of the package', () => {
  expect(ringfence(['--version'], folderWith({}))).toMatchObject({ code: 0, stdout: `${manifest.version}\n` })
})

test('--help names the exit codes, and that of check what a path means', () => {
  expect(ringfence(['--help'], folderWith({})).stdout).toContain('2 could not run')
  expect(ringfence(['check', '--help'], folderWith({})).stdout).toContain(
    'A path inside the configured migrations',
  )
})

test('explain lists every check, and tells one with its examples', () => {
  const list = ringfence(['explain'], folderWith({}))
  expect(list).toMatchObject({ code: 0, stderr: '' })
  expect(list.stdout).toContain('row-security-not-forced')
  const one = ringfence(['explain', 'row-security-not-forced'], folderWith({}))
  expect(one.code).toBe(0)
  expect(one.stdout).toContain('When to accept it')
  expect(one.stdout).toContain('enable row level security')
})

test('model prints relations, policies and places as JSON, sorted', () => {
  const sql = `create table public.b (id int);
create table public.a (tenant_id uuid not null);
alter table public.a enable row level security;
create policy p on public.a for select to app using (tenant_id = app.tenant());
create role app;`
  const folder = folderWith({ 'migrations/1.sql': sql })
  const { code, stdout } = ringfence(['model', 'migrations', '--format', 'json'], folder)
  expect(code).toBe(0)
  const model = JSON.parse(stdout)
  expect(model.relations.map(({ name }: { name: string }) => name)).toEqual(['a', 'b'])
  expect(model.relations[0]).toMatchObject({
    namespace: 'public',
    kind: 'table',
    tenancy: 'tenant',
    tenantKey: 'tenant_id',
    rowSecurityEnabled: true,
    rowSecurityForced: false,
    columns: [{ name: 'tenant_id', type: 'uuid', notNull: true }],
    policies: [{ name: 'p', command: 'select', permissive: true, roles: ['app'], withCheck: null }],
    file: 'migrations/1.sql',
    line: 2,
  })
  expect(model.relations[0].policies[0].using).toContain('tenant_id = app.tenant()')
  expect(model.roles).toEqual([{ name: 'app', bypassRowSecurity: false, superuser: false }])
  expect(model.unmodelled).toEqual([])
})

test('model without a format is for a reader', () => {
  const folder = folderWith({ 'migrations/1.sql': 'create table public.a (tenant_id uuid);' })
  expect(ringfence(['model', 'migrations'], folder).stdout).toContain('public.a (table, tenant by tenant_id)')
})

test('a supabase folder implies the platform, which stderr says and the config can deny', () => {
  const sql = 'create table public.a (tenant_id uuid, owner uuid references auth.users (id));'
  const folder = folderWith({ 'supabase/migrations/20240101000000_a.sql': sql })
  expect(ringfence(['model', 'supabase/migrations'], folder).stderr).toContain('the platform is supabase')
  const denied = folderWith({
    'supabase/migrations/20240101000000_a.sql': sql,
    'ringfence.config.json': JSON.stringify({
      migrations: ['supabase/migrations'],
      tenancy: { platform: null },
    }),
  })
  expect(ringfence(['model'], denied).stderr).not.toContain('platform')
})

test.each([
  ['ringfence.config.ts', `import type {} from 'node:fs'\nexport default { migrations: ['m'] as string[] }`],
  ['ringfence.config.mjs', `export default { migrations: ['m'] }`],
  ['package.json', `{ "name": "x", "ringfence": { "migrations": ["m"] } }`],
])('the config may be %s', (name, content) => {
  const folder = folderWith({ [name]: content, 'm/1.sql': 'create table public.a (tenant_id uuid);' })
  const { code, stdout } = ringfence(['model'], folder)
  expect(code).toBe(0)
  expect(stdout).toContain('public.a')
})

test('a reader who stops reading is no error', async () => {
  const tables = Array.from({ length: 3000 }, (_, at) => `create table public.t${at} (id int);`).join('\n')
  const folder = folderWith({ 'migrations/1.sql': tables })
  const child = spawn(
    process.execPath,
    [inject('cli'), 'check', 'migrations', '--format', 'json', '--quiet'],
    {
      cwd: folder,
    },
  )
  child.stdout.once('data', () => child.stdout.destroy())
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  await new Promise((resolve) => child.once('close', resolve))
  expect(stderr).toBe('')
})
