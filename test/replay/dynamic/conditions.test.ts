import { expect, test } from 'vitest'
import type { SchemaModel } from '../../../src/model/schema-model.ts'
import { modelOf, reasonsOf } from '../fixture.ts'

const setup = `create table a (id int primary key, name text not null); create table b (id int); create schema s; create table s.a (id int);
  create policy p on a for insert with check (true); create type mood as enum ('sad', 'glad'); create view v as select 1 as one;
  create function f(n int) returns int language sql as 'select 1'; create role r; alter table b enable row level security;`

/** Whether a block takes an expression for true, for false or NULL; null where it can't tell. */
function answerOf(condition: string): boolean | null {
  const model = modelOf(
    `${setup} do $$ begin if ${condition} then create table yes (id int); else create table no (id int); end if; end $$`,
  )
  if (reasonsOf(model).length > 0) return null
  return model.relations.has('public.yes')
}

test.each([
  ["to_regclass('public.a') is not null", true],
  ["to_regclass('nowhere') is null", true],
  ["to_regclass('auth.users') is null", null],
  ["'s.a'::regclass <> 'a'::regclass", true],
  ["(select relrowsecurity from pg_class where oid = 'b'::regclass)", true],
  ["(select rowsecurity from pg_tables where tablename = 'b' and schemaname = 'public')", true],
  ["(select count(*) from pg_tables where schemaname = 'public') = 2", true],
  ["not exists (select from pg_policies where tablename = 'a' and cmd = 'ALL')", true],
  [
    "exists (select from pg_policy where polrelid = 'a'::regclass and polcmd = 'a' and polqual is null)",
    true,
  ],
  ["(select qual from pg_policies where policyname = 'p') is null", true],
  ["(select with_check from pg_policies where policyname = 'p') = 'true'", null],
  ["'glad' = any (select enumlabel from pg_enum where enumtypid = 'mood'::regtype)", true],
  [
    "exists (select from information_schema.columns where table_name = 'a' and column_name = 'name' and is_nullable = 'NO' and data_type = 'text')",
    true,
  ],
  [
    "exists (select from information_schema.table_constraints where table_name = 'a' and constraint_type = 'PRIMARY KEY')",
    true,
  ],
  [
    "exists (select from information_schema.table_constraints where table_name = 'a' and constraint_name = 'missing')",
    false,
  ],
  ["exists (select from pg_proc where proname = 'f' and pronamespace = 'public'::regnamespace)", true],
  ["exists (select from pg_proc where proname = 'g')", false],
  ["exists (select from pg_proc where proname = 'lower')", null],
  ["exists (select from pg_tables where tablename = 'pg_class')", null],
  [
    "exists (select from information_schema.tables where table_schema = 'auth' and table_name = 'users')",
    null,
  ],
  ["exists (select from pg_roles where rolname in ('r', 'other'))", true],
  ["exists (select from pg_roles where rolname = 'other')", null],
  ["exists (select from pg_extension where extname = 'vector')", null],
  [
    "exists (select from pg_class c left join pg_policy k on k.polrelid = c.oid where c.relname = 'b' and k.oid is null)",
    true,
  ],
  ['null or true', true],
  ['null and true', false],
  ['not null::boolean', false],
  ['random() > 2 and false', false],
  ['random() > 2 or random() is not null', null],
  ["coalesce(current_setting('app.mode', true), 'off') = 'on'", null],
  ["coalesce(null, 'x') = 'x' and nullif('a', 'a') is null", true],
  ["'a_b' like 'a\\_b' and 'axb' not like 'a\\_b'", true],
  ["'Abc' ~* '^a.c$' and 'abc' !~ 'd'", true],
  ["'b' = any (array['a', 'b']) and 3 between 1 and 4 and 1 in (1, 2)", true],
  ["'events_' || to_char(now(), 'YYYYMM') = 'events_of_a_kind'", false],
  ["'events_' || to_char(now(), 'YYYYMM') = 'events_202401'", null],
  ["current_setting('server_version_num')::int > 1", null],
  ['(select id from a limit 1) = 1', null],
])('%s is %s', (condition, expected) => {
  expect(answerOf(condition)).toBe(expected)
})

function blocks(...bodies: readonly string[]): SchemaModel {
  return modelOf(setup + bodies.map((body) => `do $$ ${body} $$;`).join('\n'))
}

function affected(model: SchemaModel) {
  return [...model.unmodelled.values()].map(({ affects }) => affects)
}

const maybe = (statement: string) => `begin if random() > 0.5 then ${statement}; end if; end`

test('a condition on what an unmodelled statement may have changed is followed, and what it moves is told', () => {
  const model = blocks(
    maybe('create policy q on b using (true)'),
    `begin if not exists (select from pg_policies where tablename = 'b') then create policy own on b using (true); alter table a enable row level security;
      else alter table s.a enable row level security; end if; end`,
  )
  expect(model.relations.get('public.a')?.rowSecurityEnabled).toBe(true)
  expect(affected(model)).toEqual([['public.b'], ['public.a'], ['s.a']])
})

test('a condition on a table that may have been made, renamed or dropped is not known', () => {
  const because = (name: string) =>
    `begin if to_regclass('${name}') is not null then create table because (id int); end if; end`
  expect(affected(blocks(maybe('create table c (id int)'), because('c')))).toEqual([
    ['public.c'],
    ['public.because'],
  ])
  expect(affected(blocks(maybe('alter table b rename to c'), because('c')))).toEqual([
    ['public.b', 'public.c'],
    ['public.because'],
  ])
  expect(affected(blocks(maybe('drop table b'), because('b')))).toEqual([['public.b'], ['public.because']])
})

test('a value that is read from what may have changed is not known', () => {
  const model = blocks(
    maybe('create policy q on b using (true)'),
    `declare n int; begin select count(*) into n from pg_policies where tablename = 'b'; if n = 0 then alter table a enable row level security; end if; end`,
  )
  expect(affected(model)).toEqual([['public.b'], ['public.a']])
})

test('a variable that two arms set alike is known, one that they set differently is not', () => {
  const arms = (one: string, other: string) =>
    blocks(
      `declare n text; begin if random() > 0.5 then n := '${one}'; else n := '${other}'; end if; execute format('create table %I (id int)', n); end`,
    )
  expect(arms('c', 'c').relations.has('public.c')).toBe(true)
  expect(affected(arms('c', 'd'))).toEqual([null])
})

test('an arm that raises an exception did not run, or the history would have ended there', () => {
  const guarded = (handler: string) =>
    blocks(
      `begin begin if random() > 0.5 then raise exception 'no'; end if; drop table b; ${handler} end; end`,
    )
  expect(guarded('').relations.has('public.b')).toBe(false)
  expect(guarded('exception when others then raise;').relations.has('public.b')).toBe(false)
  const swallowed = guarded('exception when others then null;')
  expect(swallowed.relations.has('public.b')).toBe(true)
  expect(affected(swallowed)).toEqual([['public.b']])
})

test('an exception that is surely raised takes back what its block did, and its variables stay', () => {
  const model = blocks(`declare n text := 'one'; begin
    begin n := 'two'; create table lost (id int); raise exception 'x'; exception when raise_exception then execute 'create table ' || n || ' (id int)'; end; end`)
  expect([...model.relations.keys()].slice(-1)).toEqual(['public.two'])
  expect(reasonsOf(model)).toEqual([])
})

test('a handler further out catches what the inner one does not name', () => {
  const model =
    blocks(`begin begin create table lost (id int); raise exception 'x'; exception when case_not_found then create table inner_one (id int); end;
    exception when raise_exception then create table outer_one (id int); end`)
  expect([...model.relations.keys()].slice(-1)).toEqual(['public.outer_one'])
})

test('an exception that nothing catches undoes the block, and says that something is not as the model has it', () => {
  const model = blocks(
    `begin drop table b; if exists (select from pg_tables where tablename = 'a') then raise exception 'x'; end if; end`,
  )
  expect(model.relations.has('public.b')).toBe(true)
  expect(reasonsOf(model)).toEqual(['it ends in an exception by what the model holds (raise_exception)'])
  expect(affected(model)).toEqual([null])
})

test('EXECUTE of what someone may have set is told as anything', () => {
  const model = blocks(`declare q text := current_setting('app.query', true); begin execute q; end`)
  expect(affected(model)).toEqual([null])
  expect(affected(blocks(`declare q text; begin select name into q from a; execute q; end`))).toEqual([null])
})

test('FOUND tells of the last query', () => {
  const model =
    blocks(`begin perform from pg_tables where tablename = 'a'; if found then create table one (id int); end if;
    perform from pg_tables where tablename = 'none'; if not found then create table two (id int); end if; end`)
  expect([...model.relations.keys()].slice(-2)).toEqual(['public.one', 'public.two'])
})
