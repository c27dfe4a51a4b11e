import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, ringfence } from './ringfence.ts'

const context = "(select nullif(current_setting('app.tenant_id', true), '')::uuid)"
const safe = `create role app_user;
create table public.orders (tenant_id uuid not null, id uuid, primary key (tenant_id, id));
alter table public.orders enable row level security, force row level security;
create policy own on public.orders to app_user using (tenant_id = ${context}) with check (tenant_id = ${context});
`
const open = `create table public.notes (tenant_id uuid, id uuid primary key);
create table public.drafts (tenant_id uuid not null, id uuid, primary key (tenant_id, id));
alter table public.drafts enable row level security;
create policy own on public.drafts to app_user using (tenant_id = ${context});
`
const files = { 'm/001_a.sql': safe, 'm/002_b.sql': open }

test('what is mechanical is printed as one migration, each statement once and table by table', () => {
  const cwd = folderWith(files)
  const { code, stdout, stderr } = ringfence(['fix', 'm'], cwd)
  const statements = stdout.split('\n').filter((line) => !line.startsWith('--'))
  expect(statements.join('\n')).toBe(`create index on public.notes (tenant_id);
alter table public.notes alter column tenant_id set not null;
create policy tenant_isolation on public.notes to app_user
  using (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
alter table public.notes enable row level security;
alter table public.notes force row level security;

alter policy own on public.drafts with check (tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid));
alter table public.drafts force row level security;
`)
  expect(stdout).toContain('-- row-security-not-forced: public.drafts')
  expect(stderr).toContain('mends error row-security-not-enabled public.notes')
  expect(code).toBe(0)
  expect(readdirSync(join(cwd, 'm'))).toEqual(['001_a.sql', '002_b.sql'])
})

test('--write adds the next migration, after which nothing is found and nothing is written', () => {
  const cwd = folderWith(files)
  const written = ringfence(['fix', 'm', '--write', '--name', 'isolate-notes'], cwd)
  expect(written).toMatchObject({ code: 0, stdout: 'm/003_isolate_notes.sql\n' })
  expect(ringfence(['check', 'm'], cwd).code).toBe(0)
  expect(ringfence(['fix', 'm', '--write'], cwd)).toMatchObject({ code: 0, stdout: '' })
  expect(readdirSync(join(cwd, 'm'))).toHaveLength(3)
  expect(readFileSync(join(cwd, 'm/002_b.sql'), 'utf8')).toBe(open)
})

test('a fix that brings another finding is left out, told, and exits with 1', () => {
  const cwd = folderWith({
    'm/001_a.sql': 'create table public.notes (tenant_id uuid, id uuid primary key);',
  })
  const { code, stdout, stderr } = ringfence(['fix', 'm'], cwd)
  expect(stdout).not.toContain('row level security')
  expect(stdout).toContain('create index on public.notes (tenant_id);')
  expect(stderr).toMatch(
    /remains error row-security-not-enabled public\.notes: .* Mending it brings no-policy: /,
  )
  expect(stderr).toContain('for policies to be written, say in the config how a statement tells its tenant')
  expect(code).toBe(1)
})

test('what a comment accepts, and what other files bring, is left as it is', () => {
  const accepted = `-- ringfence: accept row-security-not-enabled on public.notes because it is filled by a tool\n${open}`
  const cwd = folderWith({
    ...files,
    'm/002_b.sql': accepted,
    'ringfence.config.json': '{ "migrations": ["m"] }',
  })
  expect(ringfence(['fix'], cwd).stdout).not.toContain('public.notes enable')
  expect(ringfence(['fix', 'm/001_a.sql'], cwd)).toMatchObject({ code: 0, stdout: '' })
})

test('what the baseline lists is left as it is', () => {
  const cwd = folderWith({
    ...files,
    'ringfence.config.json': '{ "migrations": ["m"], "baseline": "baseline.json" }',
  })
  expect(ringfence(['check', '--update-baseline'], cwd).code).toBe(0)
  expect(ringfence(['fix'], cwd)).toMatchObject({ code: 0, stdout: '' })
})

test('a place that can not be written to is refused before anything is', () => {
  const cwd = folderWith({ 'm/a.sql': safe, 'm/b.sql': open })
  const { code, stdout, stderr } = ringfence(['fix', 'm', '--write'], cwd)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('--output')
  expect(ringfence(['fix', 'm', '--output', 'fix.sql'], cwd).code).toBe(0)
  expect(existsSync(join(cwd, 'fix.sql'))).toBe(true)
  expect(ringfence(['fix', 'm', '--write', '--output', 'x'], cwd).code).toBe(2)
  expect(ringfence(['fix', 'm', '--write', '--name', '../x'], cwd).code).toBe(2)
})
