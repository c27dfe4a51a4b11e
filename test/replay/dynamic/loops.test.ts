import { expect, test } from 'vitest'
import type { SchemaModel } from '../../../src/model/schema-model.ts'
import { modelOf, reasonsOf } from '../fixture.ts'

/** A model of a few tables and a block, which must leave nothing unmodelled. */
function ran(setup: string, body: string): SchemaModel {
  const model = modelOf(`${setup}\ndo $$ ${body} $$;`)
  expect(reasonsOf(model)).toEqual([])
  return model
}

function secured(model: SchemaModel): string[] {
  return [...model.relations.values()].flatMap(({ name, rowSecurityEnabled }) =>
    rowSecurityEnabled ? name : [],
  )
}

function names(model: SchemaModel): string[] {
  return [...model.relations.values()].map(({ name }) => name)
}

const three = 'create table t1 (id int); create table t2 (id int); create table t3 (id int);'
const enable = (name: string) => `execute format('alter table %I enable row level security', ${name});`

test.each([
  [
    'FOREACH over an array',
    `declare t text; begin foreach t in array array['t1', 't3'] loop ${enable('t')} end loop; end`,
  ],
  [
    'FOREACH over a variable',
    `declare t text; l text[] := '{t1,t3}'; begin foreach t in array l loop ${enable('t')} end loop; end`,
  ],
  [
    'unnest',
    `declare r record; begin for r in select unnest(array['t1', 't3']) as n loop ${enable('r.n')} end loop; end`,
  ],
  [
    'VALUES',
    `declare a text; b int; begin for a, b in values ('t1', 1), ('t3', 2) loop ${enable('a')} end loop; end`,
  ],
  [
    'a subquery',
    `declare r record; begin for r in select * from (values ('t1'), ('t3')) as v (n) loop ${enable('r.n')} end loop; end`,
  ],
  ['integers', `begin for i in 1..3 by 2 loop ${enable("'t' || i")} end loop; end`],
  ['integers downwards', `begin for i in reverse 3..1 by 2 loop ${enable("'t' || i")} end loop; end`],
  [
    'generate_series',
    `declare r record; begin for r in select 't' || i as n from generate_series(1, 3, 2) i loop ${enable('r.n')} end loop; end`,
  ],
  ['WHILE', `declare i int := 1; begin while i < 4 loop ${enable("'t' || i")} i := i + 2; end loop; end`],
  [
    'LOOP with EXIT',
    `declare i int := 1; begin loop exit when i > 3; ${enable("'t' || i")} i := i + 2; end loop; end`,
  ],
  ['CONTINUE', `begin for i in 1..3 loop continue when i = 2; ${enable("'t' || i")} end loop; end`],
  [
    'a computed query',
    `declare r record; begin for r in execute 'select tablename from pg_tables where schemaname = $1 and tablename <> $2' using 'public', 't2' loop ${enable('r.tablename')} end loop; end`,
  ],
])('a loop over %s runs for each', (_, body) => {
  expect(secured(ran(three, body))).toEqual(['t1', 't3'])
})

test.each([
  ["select tablename as n from pg_tables where schemaname = 'public' and tablename <> 't2'"],
  [
    "select c.relname as n from pg_class c join pg_namespace s on s.oid = c.relnamespace where s.nspname = 'public' and c.relkind = 'r' and c.relname <> all (array['t2'])",
  ],
  [
    "select relname as n from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname !~ '2$'",
  ],
  [
    "select table_name as n from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('t2')",
  ],
  [
    "select table_name as n from information_schema.columns where column_name = 'id' and table_schema = 'public' and table_name like 't_' and table_name not like '%2'",
  ],
  [
    "select tablename as n from pg_tables where schemaname not in ('pg_catalog', 'information_schema') and tablename != 't2'",
  ],
  ["select oid::regclass::text as n from pg_class where relname in ('t1', 't3')"],
])('the loop over %s goes over what the model has', (query) => {
  expect(
    secured(ran(three, `declare r record; begin for r in ${query} loop ${enable('r.n')} end loop; end`)),
  ).toEqual(['t1', 't3'])
})

test('a loop goes over the rows as they were when it started', () => {
  const body = `declare r record; begin for r in select tablename as n from pg_tables where schemaname = 'public' loop
    execute format('create table %I (id int)', r.n || '_copy'); end loop; end`
  expect(names(ran('create table a (id int);', body))).toEqual(['a', 'a_copy'])
})

test('what a loop has dropped is gone for a condition in a later turn', () => {
  const body = `declare r record; begin for r in select tablename as n from pg_tables where schemaname = 'public' order by 1 loop
    drop table if exists t2; if to_regclass(r.n) is not null then ${enable('r.n')} end if; end loop; end`
  expect(secured(ran(three, body))).toEqual(['t1', 't3'])
})

test('labels tell which loop EXIT and CONTINUE mean', () => {
  const body = `begin <<outer_one>> for i in 1..3 loop for j in 1..3 loop exit outer_one when i = 2;
    ${enable("'t' || j")} continue outer_one when j = 2; end loop; end loop; end`
  expect(secured(ran(three, body))).toEqual(['t1', 't2'])
})

test('policies, constraints, triggers, indexes and columns are looped over as they stand', () => {
  const setup = `create table a (id int primary key, n int check (n > 0)); create index a_n on a (n); create policy p on a using (true);
    create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger tr before insert on a for each row execute function f();`
  const drop = (query: string, sql: string) =>
    `declare r record; begin for r in ${query} loop execute format('${sql}', r.n); end loop; end`
  const a = (query: string, sql: string) => ran(setup, drop(query, sql)).relations.get('public.a')
  expect(
    a("select policyname as n from pg_policies where tablename = 'a'", 'drop policy %I on a')?.policies,
  ).toEqual([])
  expect(
    a(
      "select conname as n from pg_constraint where conrelid = 'a'::regclass and contype = 'c'",
      'alter table a drop constraint %I',
    )?.constraints.map(({ kind }) => kind),
  ).toEqual(['primary-key'])
  expect(
    a(
      "select tgname as n from pg_trigger where tgrelid = 'a'::regclass and not tgisinternal",
      'drop trigger %I on a',
    )?.triggers,
  ).toEqual([])
  expect(
    a(
      "select indexname as n from pg_indexes where tablename = 'a' and indexname not like '%pkey'",
      'drop index %I',
    )?.indexes.length,
  ).toBe(1)
  expect(
    a(
      "select attname as n from pg_attribute where attrelid = 'a'::regclass and attnum > 0 and not attisdropped",
      'alter table a rename %1$I to %1$s_x',
    )?.columns.map(({ name }) => name),
  ).toEqual(['id_x', 'n_x'])
})

test('a loop over rows of a table names what it does for any of them', () => {
  const model = modelOf(`create table slugs (n text); ${three}
    do $$ declare r record; begin for r in select n from slugs loop ${enable('r.n')} end loop; end $$`)
  expect([...model.unmodelled.values()]).toMatchObject([
    { reason: 'EXECUTE of a computed ALTER TABLE', affects: null },
  ])
})

test('what may leave a loop makes the rest of its turns uncertain, and nothing after it', () => {
  const model = modelOf(`${three} do $$ begin
    for i in 1..2 loop if random() > 0.5 then exit; end if; ${enable("'t' || i")} end loop; alter table t3 enable row level security;
    end $$`)
  expect(secured(model)).toEqual(['t3'])
  expect([...model.unmodelled.values()].flatMap(({ affects }) => affects)).toEqual(['public.t1', 'public.t2'])
})

test('a variable that is set after what may leave a loop is not known', () => {
  const block = (leave: string) => `${three} do $$ declare n text := 't1'; begin
    for i in 1..2 loop if random() > 0.5 then ${leave}; end if; n := 't2'; end loop; ${enable('n')} end $$`
  for (const leave of ['exit', 'continue']) {
    const model = modelOf(block(leave))
    expect(secured(model)).toEqual([])
    expect([...model.unmodelled.values()]).toMatchObject([{ affects: null }])
  }
})

test('a partition whose name has a date of the day is told by its pattern, and so is what happens to it', () => {
  const model = modelOf(`create table events (id int, at date) partition by range (at);
    do $$ declare n text := 'events_' || to_char(now(), 'YYYYMM'); begin
      execute format('create table if not exists %I partition of events for values from (%L) to (%L)', n, now(), now());
      execute format('alter table %I enable row level security', n);
    end $$;
    do $$ declare r record; begin for r in select inhrelid::regclass::text as n from pg_inherits where inhparent = 'events'::regclass loop
      execute 'create table copy_of_' || r.n || ' (id int)'; end loop; end $$`)
  expect([...model.unmodelled.values()].map(({ affects }) => affects)).toEqual([
    ['public.events_*', 'public.events'],
    ['public.events_*'],
    ['public.copy_of_events_*'],
  ])
})

test('a loop that never ends may do all that stands in it', () => {
  const model = modelOf(
    `${three} do $$ declare i int := 0; begin loop i := i + 1; drop table if exists t1; end loop; end $$`,
  )
  expect(names(model).sort()).toEqual(['t1', 't2', 't3'])
  expect([...model.unmodelled.values()]).toMatchObject([{ reason: 'DROP', affects: ['public.t1'] }])
})
