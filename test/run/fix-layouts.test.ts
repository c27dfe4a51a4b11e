import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { InputError } from '../../src/findings/input-error.ts'
import type { LayoutName } from '../../src/replay/layouts/layout.ts'
import { readMigrations } from '../../src/replay/layouts/read-migrations.ts'
import { judge } from '../../src/run/check.ts'
import { fix, noServer } from '../../src/run/fix.ts'
import { loadHistory } from '../../src/run/load-history.ts'
import type { RunRequest } from '../../src/run/request.ts'
import { writeMigration } from '../../src/run/write-migration.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { tree } from '../replay/layouts/tree.ts'

const now = new Date('2027-01-31T12:34:56.789Z')

const tables = `create table public.tenants (id uuid primary key);
alter table public.tenants enable row level security, force row level security;
create policy own on public.tenants to app_user
  using (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create table public.orders (tenant_id uuid not null references public.tenants (id), id uuid, primary key (tenant_id, id));
alter table public.orders enable row level security, force row level security;
create policy own on public.orders to app_user
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
`

const open = `create table public.invoices (tenant_id uuid not null references public.tenants (id), id uuid, primary key (tenant_id, id));
`

/** A history in a layout, and the files that come next. */
interface Laid {
  readonly layout: LayoutName
  readonly files: Readonly<Record<string, string>>
  readonly next: readonly string[]
}

const laid: readonly Laid[] = [
  {
    layout: 'numbered',
    files: { 'm/0009_a.sql': tables, 'm/0010_b.sql': open },
    next: ['m/0011_isolate_rows.sql'],
  },
  {
    layout: 'numbered',
    files: {
      'm/1-a-table_up.sql': tables,
      'm/1-a-table_down.sql': '',
      'm/2-open-table_up.sql': open,
      'm/2-open-table_down.sql': '',
    },
    next: ['m/3-isolate-rows_up.sql', 'm/3-isolate-rows_down.sql'],
  },
  {
    layout: 'dbmate',
    files: {
      'm/20260101000000_a.sql': `-- migrate:up\n${tables}-- migrate:down\n`,
      'm/20260102000000_b.sql': `-- migrate:up\n${open}-- migrate:down\n`,
    },
    next: ['m/20270131123456_isolate_rows.sql'],
  },
  {
    layout: 'goose',
    files: { 'm/00001_a.sql': `-- +goose Up\n${tables}`, 'm/00002_b.sql': `-- +goose Up\n${open}` },
    next: ['m/00003_isolate_rows.sql'],
  },
  {
    layout: 'golang-migrate',
    files: { 'm/000001_a.up.sql': tables, 'm/000001_a.down.sql': '', 'm/000002_b.up.sql': open },
    next: ['m/000003_isolate_rows.up.sql', 'm/000003_isolate_rows.down.sql'],
  },
  {
    layout: 'flyway',
    files: { 'm/V1.9__a.sql': tables, 'm/V1.10__b.sql': open, 'm/R__views.sql': 'select 1;' },
    next: ['m/V1.11__isolate_rows.sql'],
  },
  {
    layout: 'prisma',
    files: { 'm/20260101000000_a/migration.sql': tables, 'm/20260102000000_b/migration.sql': open },
    next: ['m/20270131123456_isolate_rows/migration.sql'],
  },
  {
    layout: 'diesel',
    files: { 'm/2026-01-01-000000_a/up.sql': tables, 'm/2026-01-02-000000-0000_b/up.sql': open },
    next: ['m/2027-01-31-123456-0000_isolate_rows/up.sql', 'm/2027-01-31-123456-0000_isolate_rows/down.sql'],
  },
  {
    layout: 'supabase',
    files: {
      'supabase/config.toml': '',
      'supabase/migrations/20260101000000_a.sql': tables,
      'supabase/migrations/20280102000000_b.sql': open,
    },
    next: ['supabase/migrations/20280102000001_isolate_rows.sql'],
  },
]

beforeAll(loadParser)

function requestFor(cwd: string, path: string): RunRequest {
  const tenancy = { tenantKey: 'tenant_id', tenants: 'public.tenants', appRoles: ['app_user'] }
  const config = { file: 'ringfence.config.json', tenancy, checks: {}, paths: [], baseline: null }
  return { cwd, paths: [], layout: null, config: { ...config, migrations: [{ path }] } }
}

const folderOf = ({ files }: Laid) => (Object.keys(files)[0] ?? '').split('/')[0] ?? ''

describe('the next migration', () => {
  test.each(laid)('of $layout comes last, is read as the others are, and mends: $next.0', async (example) => {
    const cwd = tree(example.files)
    const request = requestFor(cwd, folderOf(example))
    const { planned, mended, remaining } = await fix(request, { name: 'isolate_rows', now, isPlaced: true })
    expect(mended.map(({ check, subject }) => `${check} ${subject}`)).toEqual([
      'row-security-not-enabled public.invoices',
    ])
    expect(remaining).toEqual([])
    expect(planned?.files.map(({ file }) => file)).toEqual(example.next)
    writeMigration(planned?.files ?? [])
    const { migrations, layouts } = readMigrations([{ path: folderOf(example) }], { cwd })
    expect(layouts.map(({ layout }) => layout)).toEqual([example.layout])
    const versioned = migrations.map(({ file }) => file).filter((file) => !file.includes('/R__'))
    expect(versioned.at(-1)).toBe(example.next[0])
    expect((await judge(await loadHistory(request), request, noServer)).result.findings).toMatchObject([
      { check: 'row-security-not-enabled', repairedBy: example.next[0] },
    ])
    const again = await fix(request, { name: 'isolate_rows', now, isPlaced: true })
    expect(again).toMatchObject({ sql: null, planned: null, mended: [], remaining: [] })
  })

  test.each([
    [
      'drizzle',
      { 'm/meta/_journal.json': '{"entries":[{"tag":"0000_a"}]}', 'm/0000_a.sql': tables + open },
      'npx drizzle-kit generate --custom --name=isolate_rows',
    ],
    [
      'sqitch',
      {
        'm/sqitch.plan': '%project=x\n\na 2026-01-01T00:00:00Z a <a@example.com>\n',
        'm/deploy/a.sql': tables + open,
      },
      'sqitch add isolate_rows',
    ],
    ['a dump', { 'm/a.sql': `-- PostgreSQL database dump\n${tables}${open}` }, '--output'],
    ['names without versions', { 'm/a.sql': tables, 'm/b.sql': open }, '--output'],
  ])('of %s is left to others, with the way there', async (_, files, way) => {
    const cwd = tree(files)
    const placed = fix(requestFor(cwd, 'm'), { name: 'isolate_rows', now, isPlaced: true })
    await expect(placed).rejects.toMatchObject({ name: 'InputError', hint: expect.stringContaining(way) })
    const printed = await fix(requestFor(cwd, 'm'), { name: 'isolate_rows', now, isPlaced: false })
    expect(printed.sql).toContain('alter table public.invoices enable row level security;')
  })

  test('is a program for Kysely where the others are', async () => {
    const program = (sql: string) =>
      `import { sql } from 'kysely'\nexport const up = (db) => sql\`${sql}\`.execute(db)\n`
    const cwd = tree({ 'm/2026_01_01_a.ts': program(tables), 'm/2026_01_02_b.ts': program(open) })
    const request = requestFor(cwd, 'm')
    const programs: NonNullable<RunRequest['programs']> = {
      collect: async (migrations) => ({
        tenancies: [],
        migrations: migrations.map(({ file, session }, at) => {
          const text = [tables, open][at] ?? ''
          return { file, session, text, parts: [{ kind: 'sql', start: 0, end: text.length }] }
        }),
      }),
      run: () => Promise.reject(new Error('nothing is run')),
    }
    const { planned, mended } = await fix(
      { ...request, programs },
      { name: 'isolate_rows', now, isPlaced: true },
    )
    expect(mended).toHaveLength(1)
    expect(planned?.files.map(({ file }) => file)).toEqual(['m/2027_01_31_isolate_rows.ts'])
    const text = planned?.files[0]?.text ?? ''
    expect(text).toContain("import { type Kysely, sql } from 'kysely'")
    expect(text).toContain('await sql`alter table public.invoices force row level security`.execute(db)')
    expect(text).toContain('NULLIF(current_setting(')
  })

  test('is not written over one that is there', () => {
    const cwd = tree({ 'm/1_a.up.sql': 'mine' })
    const files = ['1_a.down.sql', '1_a.up.sql'].map((name) => ({
      file: `m/${name}`,
      path: join(cwd, 'm', name),
      text: 'other',
    }))
    expect(() => writeMigration(files)).toThrow(new InputError('is there already', { file: 'm/1_a.up.sql' }))
    expect(readFileSync(join(cwd, 'm/1_a.up.sql'), 'utf8')).toBe('mine')
    expect(readdirSync(join(cwd, 'm'))).toEqual(['1_a.up.sql'])
  })
})
