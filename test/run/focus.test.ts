import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lives, told } from './history.ts'

const tables = ['a', 'b', 'c', 'd']
const table = fc.constantFrom(...tables)
const columns = 'id uuid primary key, org_id uuid, parent uuid, user_id uuid'

/** Predicates that tie the tenant, that don't, and that hang on other relations and on functions. */
const predicate = fc.oneof(
  fc.constant('true'),
  fc.constant(`org_id = current_setting('app.tenant_id', true)::uuid`),
  fc.constant('org_id = public.current_org()'),
  fc.constant('public.allowed(org_id)'),
  table.map((other) => `parent in (select id from public.${other})`),
  table.map((other) => `exists (select from public.${other} o where o.id = parent and o.org_id is not null)`),
  fc.constant('parent in (select id from public.v)'),
)

const body = fc.constantFrom(
  `select current_setting('app.tenant_id', true)::uuid`,
  'select public.inner_org()',
  'select null::uuid',
)

/** Statements that move something; many fail to apply to the state that they meet, as in real histories. */
const statement = fc.oneof(
  table.map((name) => `create table public.${name} (${columns})`),
  fc
    .tuple(table, table)
    .map(
      ([name, of]) =>
        `create table public.${name} (id uuid primary key, parent uuid references public.${of} (id))`,
    ),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} (like public.${of})`),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} as select * from public.${of}`),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} () inherits (public.${of})`),
  table.map((name) => `create table public.${name} (org_id uuid, id uuid) partition by list (org_id)`),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} partition of public.${of} default`),
  fc
    .tuple(table, table)
    .map(([name, of]) => `alter table public.${of} attach partition public.${name} default`),
  fc
    .tuple(table, table)
    .map(([name, of]) => `alter table public.${name} add foreign key (parent) references public.${of} (id)`),
  fc.tuple(table, table).map(([name, other]) => `alter table public.${name} rename to ${other}`),
  fc
    .tuple(table, fc.constantFrom('enable', 'disable', 'force', 'no force'))
    .map(([name, flag]) => `alter table public.${name} ${flag} row level security`),
  fc
    .tuple(table, fc.constantFrom('add column org_id uuid', 'drop column org_id', 'add column parent uuid'))
    .map(([name, change]) => `alter table public.${name} ${change}`),
  fc
    .tuple(
      table,
      fc.constantFrom('all', 'select', 'update'),
      fc.constantFrom('app_user', 'other', 'public'),
      predicate,
    )
    .map(
      ([name, command, role, using]) =>
        `create policy p on public.${name} for ${command} to ${role} using (${using})`,
    ),
  table.map((name) => `drop policy p on public.${name}`),
  table.map((name) => `drop table public.${name} cascade`),
  table.map((name) => `create or replace view public.v as select id, org_id from public.${name}`),
  body.map(
    (sql) => `create or replace function public.current_org() returns uuid language sql as $$ ${sql} $$`,
  ),
  body.map(
    (sql) => `create or replace function public.inner_org() returns uuid language sql as $$ ${sql} $$`,
  ),
  body.map(
    (sql) =>
      `create or replace function public.allowed(k uuid) returns boolean language sql as $$ select k = (${sql}) $$`,
  ),
  fc.constant('drop function public.current_org() cascade'),
  fc.constantFrom(
    'create role app_user',
    'create role other bypassrls',
    'grant app_user to other',
    'drop role other',
  ),
  fc.constantFrom(
    'create schema s',
    'create table s.a (id uuid primary key)',
    'alter table public.a set schema s',
  ),
  fc.constant(`do $$ begin execute current_setting('app.x'); end $$`),
)

const history = fc.array(
  fc.array(statement, { minLength: 1, maxLength: 4 }).map((statements) => `${statements.join(';\n')};`),
  { minLength: 1, maxLength: 8 },
)

describe('examining what a file moved', () => {
  test('tells the same as examining everything at the end of every file', () => {
    fc.assert(
      fc.property(history, (files) => {
        expect(lives(files).map(told).sort()).toEqual(lives(files, { unfocused: true }).map(told).sort())
      }),
      { numRuns: 300 },
    )
  })

  test('tells the same where only the last file is asked about, and no less than the whole history tells of it', () => {
    fc.assert(
      fc.property(history, (files) => {
        const asked = [`${files.length}.sql`]
        const brought = lives(files, { asked }).map(told).sort()
        expect(brought).toEqual(lives(files, { asked, unfocused: true }).map(told).sort())
        const all = lives(files).filter(({ file }) => file === asked[0])
        expect(brought).toEqual(expect.arrayContaining(all.map(told)))
      }),
      { numRuns: 100 },
    )
  })
})
