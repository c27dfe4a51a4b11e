import { expect, test } from 'vitest'
import { folderWith, ringfence } from './ringfence.ts'

const table = `
create table public.tenants (id uuid primary key);
alter table public.tenants enable row level security;
alter table public.tenants force row level security;
create policy own on public.tenants for all
  using (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
`
const unknowable = (sql: string) =>
  `create table public.steps (sql text); insert into public.steps values ('${sql}');
   alter table public.steps enable row level security; alter table public.steps force row level security;
   do $$ begin execute (select sql from public.steps); end $$;`

const config = JSON.stringify({
  migrations: ['m'],
  tenancy: { tenants: 'public.tenants', systemTables: ['public.steps'] },
})

function findings(files: Readonly<Record<string, string>>, ...options: string[]) {
  const { code, stdout, stderr } = ringfence(
    ['check', '--format=json', ...options],
    folderWith({ 'ringfence.config.json': config, ...files }),
  )
  if (code === 2) throw new Error(stderr)
  const result: { findings: { check: string; subject: string; file: string | null }[] } = JSON.parse(stdout)
  return { code, found: result.findings.map(({ check, subject, file }) => `${check} ${subject} ${file}`) }
}

test('what replay can not follow is a finding, and a server settles that nothing is wrong', () => {
  const files = { 'm/1.sql': table, 'm/2.sql': unknowable('select 1') }
  expect(findings(files).code).toBe(1)
  expect(findings(files, '--engine', 'embedded')).toEqual({ code: 0, found: [] })
})

test('what replay can not follow is settled to what it really did', () => {
  const files = {
    'm/1.sql': table,
    'm/2.sql': unknowable('alter table public.tenants no force row level security'),
  }
  expect(findings(files, '--engine', 'embedded')).toEqual({
    code: 1,
    found: ['row-security-not-forced public.tenants m/1.sql'],
  })
})

test('a comment accepts what a server alone shows, and one for what it settles is not told', () => {
  const hidden = unknowable('alter table public.tenants no force row level security')
  const files = {
    'm/1.sql': table,
    'm/2.sql': hidden.replace('do ', '-- ringfence: accept unmodelled-statement here because x\ndo '),
    'm/3.sql': '-- ringfence: accept row-security-not-forced on public.tenants because x\nselect 1;',
  }
  expect(findings(files, '--engine', 'embedded')).toEqual({ code: 0, found: [] })
})

test('a file that is asked about answers for what it brought by a way that replay can not follow', () => {
  const old = {
    'm/1.sql': table,
    'm/2.sql': unknowable('alter table public.tenants no force row level security'),
  }
  expect(findings(old, '--engine', 'embedded', 'm/2.sql').found).toEqual([
    'row-security-not-forced public.tenants m/1.sql',
  ])
  const later = {
    ...old,
    'm/3.sql': 'create view public.v with (security_invoker = true) as select 1 as one;',
  }
  expect(findings(later, '--engine', 'embedded', 'm/3.sql')).toEqual({ code: 0, found: [] })
})

test('what one file mended and another undid by a way that replay can not follow stands', () => {
  const off = 'alter table public.tenants disable row level security'
  const [made = '', ...protection] = table.trim().split('\n')
  const open = [made, ...protection.filter((line) => !line.includes('row level security'))]
  const files = {
    'm/1.sql': open.join('\n'),
    'm/2.sql': `alter table public.tenants enable row level security;
      alter table public.tenants force row level security;`,
    'm/3.sql': unknowable(off),
  }
  const { code, found } = findings(files, '--engine', 'embedded')
  expect(code).toBe(1)
  expect(found).toContain('policies-dormant public.tenants m/1.sql')
})
