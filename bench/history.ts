import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from './random.ts'

export interface HistorySize {
  readonly files: number
  readonly statements: number
  readonly seed: number
}

interface Table {
  readonly name: string
  readonly columns: string[]
  readonly policies: string[]
  protected: boolean
}

const subjects = [
  ...['customer', 'invoice', 'order', 'ticket', 'project', 'document', 'message', 'payment', 'shipment'],
  ...['contract', 'session', 'device', 'report', 'campaign', 'product', 'booking', 'asset', 'comment'],
] as const
const aspects = [
  ...['entry', 'line', 'event', 'version', 'label', 'note', 'setting', 'link', 'batch', 'summary'],
  ...['attachment', 'approval', 'reminder', 'snapshot', 'preference', 'member', 'stage', 'limit'],
] as const
const columnTypes = [
  ...[
    "text not null default ''",
    'integer not null default 0',
    'numeric(12, 2)',
    'boolean not null default false',
  ],
  ...[
    'timestamptz not null default now()',
    "jsonb not null default '{}'::jsonb",
    'uuid',
    'varchar(120)',
    'text[]',
  ],
] as const

/** What a statement is, as often as public histories have it. */
const weights = {
  table: 37,
  index: 95,
  addColumn: 110,
  alterColumn: 60,
  foreignKey: 55,
  comment: 120,
  grant: 70,
  policy: 25,
  replacedPolicy: 12,
  plainFunction: 40,
  definerFunction: 6,
  trigger: 22,
  view: 3,
  insert: 50,
  update: 35,
  block: 9,
  type: 8,
  dropIndex: 10,
  dropColumn: 14,
} as const

/** Writes a history of numbered files, the same for the same size and seed, and returns their paths in order. */
export function writeHistory(folder: string, size: HistorySize): string[] {
  mkdirSync(folder, { recursive: true })
  const writer = new HistoryWriter(new Random(size.seed))
  let written = 0
  return Array.from({ length: size.files }, (_, at) => {
    const until = Math.round((size.statements * (at + 1)) / size.files)
    const { text, name } = writer.file(until - written)
    written = until
    const path = join(folder, `${String(at + 1).padStart(6, '0')}_${name}.sql`)
    writeFileSync(path, text)
    return path
  })
}

/** The text of one more migration on top of a history of that size: a protected table of its own. */
export const oneMoreMigration = `create table public.extra_page (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id),
  title text not null
);
create index extra_page_tenant_id_idx on public.extra_page (tenant_id);
alter table public.extra_page enable row level security;
alter table public.extra_page force row level security;
create policy extra_page_tenant on public.extra_page
  using (tenant_id = (select current_setting('app.tenant_id', true)::uuid))
  with check (tenant_id = (select current_setting('app.tenant_id', true)::uuid));
`

class HistoryWriter {
  readonly #random: Random
  readonly #tables: Table[] = []
  readonly #indexes: string[] = []
  readonly #pending: string[] = [
    'create extension if not exists pgcrypto',
    'create role app_user nologin',
    `create table public.tenants (\n  id uuid primary key default gen_random_uuid(),\n  name text not null\n)`,
    `create function public.touch() returns trigger language plpgsql as $$\nbegin\n  new.updated_at := now();\n  return new;\nend\n$$`,
  ]
  #serial = 0

  constructor(random: Random) {
    this.#random = random
  }

  file(statements: number): { text: string; name: string } {
    const lines: string[] = []
    let name = 'change'
    for (let count = 0; count < statements; count++) {
      const pending = this.#pending.shift()
      if (pending !== undefined) {
        lines.push(pending)
        continue
      }
      const kind = this.#tables.length < 3 ? 'table' : this.#random.weighted(weights)
      if (count === 0) name = kind.toLowerCase()
      lines.push(this.#statement(kind))
    }
    return { text: `-- ${name}\n\n${lines.map((line) => `${line};\n`).join('\n')}`, name }
  }

  #statement(kind: keyof typeof weights): string {
    if (kind === 'table') return this.#createTable()
    const table = this.#table()
    switch (kind) {
      case 'index':
        return this.#createIndex(table)
      case 'addColumn':
        return `alter table public.${table.name} add column ${this.#newColumn(table)} ${this.#random.pick(columnTypes)}`
      case 'alterColumn':
        return this.#random.chance(0.5)
          ? `alter table public.${table.name} alter column updated_at set default now()`
          : `alter table public.${table.name} alter column title set not null`
      case 'foreignKey':
        return `alter table only public.${table.name}\n  add constraint ${table.name}_${this.#next()}_fkey foreign key (parent_id) references public.${this.#table().name} (id) on delete cascade`
      case 'comment':
        return `comment on column public.${table.name}.title is 'What people call this ${table.name.replaceAll('_', ' ')}; shown in lists, never empty.'`
      case 'grant':
        return `grant select, insert, update, delete on table public.${table.name} to app_user`
      case 'policy':
        return this.#createPolicy(table)
      case 'replacedPolicy':
        return this.#replacePolicy(table)
      case 'plainFunction':
        return this.#createFunction(table, 'stable')
      case 'definerFunction':
        return this.#createFunction(table, 'security definer set search_path = public')
      case 'trigger':
        return `create trigger ${table.name}_touch_${this.#next()} before update on public.${table.name}\n  for each row execute function public.touch()`
      case 'view':
        return `create view public.open_${table.name}_${this.#next()} as\n  select t.id, t.title, t.tenant_id from public.${table.name} t where t.closed_at is null`
      case 'insert':
        return `insert into public.${table.name} (tenant_id, title)\n  select id, 'first' from public.tenants where name <> 'nobody''s'`
      case 'update':
        return `update public.${table.name} set title = trim(title), updated_at = now() where title is distinct from trim(title)`
      case 'block':
        return this.#block(table)
      case 'type':
        return `create type public.${table.name}_state_${this.#next()} as enum ('draft', 'open', 'closed', 'archived')`
      case 'dropIndex':
        return `drop index if exists public.${this.#indexes.shift() ?? 'never_there'}`
      case 'dropColumn':
        return `alter table public.${table.name} drop column if exists ${table.columns.shift() ?? 'never_there'}`
    }
  }

  #createTable(): string {
    const name = `${this.#random.pick(subjects)}_${this.#random.pick(aspects)}_${this.#next()}`
    const table: Table = { name, columns: [], policies: [], protected: false }
    const columns = Array.from(
      { length: 3 + this.#random.below(8) },
      () => `  ${this.#newColumn(table)} ${this.#random.pick(columnTypes)},\n`,
    )
    if (this.#random.chance(0.28)) this.#protect(table)
    this.#tables.push(table)
    return `create table public.${name} (\n  id uuid primary key default gen_random_uuid(),\n  tenant_id uuid not null references public.tenants (id),\n  parent_id uuid,\n  title text not null,\n${columns.join('')}  closed_at timestamptz,\n  updated_at timestamptz not null default now()\n)`
  }

  /** Two of three in the same file or the next, the rest much later; few are forced. */
  #protect(table: Table): void {
    table.protected = true
    this.#pending.push(`alter table public.${table.name} enable row level security`)
    if (this.#random.chance(0.06))
      this.#pending.push(`alter table public.${table.name} force row level security`)
    if (this.#random.chance(0.8)) this.#pending.push(this.#createPolicy(table))
  }

  #createPolicy(table: Table): string {
    if (!table.protected) this.#protect(table)
    const name = `${table.name}_policy_${this.#next()}`
    table.policies.push(name)
    return this.#policy(table, name)
  }

  #policy(table: Table, name: string): string {
    const tied = this.#random.weighted({
      setting: 5,
      membership: 3,
      always: 1,
    })
    const predicate = {
      setting: `tenant_id = (select current_setting('app.tenant_id', true)::uuid)`,
      membership: `exists (\n    select 1 from public.tenants m\n    where m.id = ${table.name}.tenant_id and m.name = current_setting('app.user', true)\n  )`,
      always: 'true',
    }[tied]
    const head = `create policy ${name} on public.${table.name}`
    switch (this.#random.weighted({ all: 4, select: 3, insert: 1, update: 2 })) {
      case 'all':
        return `${head}\n  using (${predicate})\n  with check (${predicate})`
      case 'select':
        return `${head} for select to app_user\n  using (${predicate})`
      case 'insert':
        return `${head} for insert to app_user\n  with check (${predicate})`
      case 'update':
        return `${head} for update to app_user\n  using (${predicate})`
    }
  }

  #replacePolicy(table: Table): string {
    const name = table.policies.shift()
    if (name === undefined) return `drop policy if exists ${table.name}_policy on public.${table.name}`
    table.policies.push(name)
    this.#pending.push(this.#policy(table, name))
    return `drop policy ${name} on public.${table.name}`
  }

  #createIndex(table: Table): string {
    const name = `${table.name}_${this.#next()}_idx`
    this.#indexes.push(name)
    const column = this.#random.chance(0.5) ? 'tenant_id' : 'parent_id'
    return `create index ${name} on public.${table.name} using btree (${column}, updated_at desc)`
  }

  #createFunction(table: Table, attributes: string): string {
    const steps = Array.from(
      { length: 3 + this.#random.below(12) },
      (_, at) =>
        `  if found_count > ${at * 10} then\n    -- step ${at}\n    update public.${table.name} set title = title || '${at}' where id = wanted and closed_at is null;\n  end if;\n`,
    )
    return `create or replace function public.${table.name}_count_${this.#next()}(wanted uuid, since timestamptz default now())\nreturns integer language plpgsql ${attributes} as $body$\ndeclare\n  found_count integer := 0;\nbegin\n  select count(*) into found_count from public.${table.name} where parent_id = wanted and updated_at >= since;\n${steps.join('')}  return found_count;\nend\n$body$`
  }

  #block(table: Table): string {
    const type = `${table.name}_kind_${this.#next()}`
    return this.#random.chance(0.5)
      ? `do $$\nbegin\n  create type public.${type} as enum ('small', 'large');\nexception when duplicate_object then null;\nend\n$$`
      : `do $$\nbegin\n  if not exists (select 1 from pg_type where typname = '${type}') then\n    create type public.${type} as enum ('small', 'large');\n  end if;\nend\n$$`
  }

  /** Recent tables change more often than old ones. */
  #table(): Table {
    const recent = this.#random.chance(0.6) ? Math.min(this.#tables.length, 40) : this.#tables.length
    return this.#tables[this.#tables.length - 1 - this.#random.below(recent)] as Table
  }

  #newColumn(table: Table): string {
    const name = `${this.#random.pick(aspects)}_${this.#next()}`
    table.columns.push(name)
    return name
  }

  #next(): number {
    this.#serial += 1
    return this.#serial
  }
}
