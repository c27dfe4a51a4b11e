import { expect, test } from 'vitest'
import { modelOf, reasonsOf, relationOf } from '../fixture.ts'

function tables(sql: string): string[] {
  const model = modelOf(sql)
  expect(reasonsOf(model)).toEqual([])
  return [...model.relations.keys()]
}

const make = (signature: string, body: string) =>
  `create function make(${signature}) returns void language plpgsql as $$ begin ${body} end $$;`
const table = (name: string) => `execute format('create table %I (id int)', ${name});`

test('arguments are taken by position, by name and by default', () => {
  const sql = make("a text, b text default 'x', c int default 1", table("a || '_' || b || '_' || c"))
  expect(
    tables(`${sql} select make('p'); select make('q', c => 2); select make(b => 'y', a => 'r')`),
  ).toEqual(['public.p_x_1', 'public.q_x_2', 'public.r_y_1'])
})

test('a routine is called for each row of a query, by CALL, by PERFORM and inside an expression', () => {
  const maker = `create function make(n text) returns text language plpgsql as $$ begin ${table('n')} return n || '_2'; end $$;`
  expect(tables(`${maker} select make(n) from unnest(array['a', 'b']) n`)).toEqual(['public.a', 'public.b'])
  expect(tables(`${maker} do $$ begin perform make(make('a')); end $$`)).toEqual(['public.a', 'public.a_2'])
  const procedure = `create procedure make(n text) language plpgsql as $$ begin ${table('n')} end $$;`
  expect(tables(`${procedure} call make('a'); do $$ begin call make('b'); end $$`)).toEqual([
    'public.a',
    'public.b',
  ])
})

test('statements of a function in SQL run in order', () => {
  const model = modelOf(`create function make() returns void language sql as $$
    create table a (id int); alter table a enable row level security; $$; select make()`)
  expect(relationOf(model, 'public.a').rowSecurityEnabled).toBe(true)
})

test('VARIADIC takes the rest of the arguments, or an array', () => {
  const maker = `create function make(variadic l text[]) returns void language plpgsql as $$ declare n text; begin
    foreach n in array l loop ${table('n')} end loop; end $$;`
  expect(tables(`${maker} select make('a', 'b'); select make(variadic array['c'])`)).toEqual([
    'public.a',
    'public.b',
    'public.c',
  ])
})

test('output parameters and sets that routines return are values', () => {
  const sql = `create function f(n text, out made text) language plpgsql as $$ begin made := n || '_m'; ${table('made')} end $$;
    create function l() returns setof text language sql as $$ select unnest(array['s1', 's2']) $$;
    do $$ declare n text; begin select made into n from f('a'); ${table("n || '_n'")} for n in select * from l() loop ${table('n')} end loop; end $$`
  expect(tables(sql)).toEqual(['public.a_m', 'public.a_m_n', 'public.s1', 'public.s2'])
})

test('recursion is followed, and ends with what the model can tell at a depth', () => {
  const sql = make('n int', `if n > 0 then ${table("'t' || n")} perform make(n - 1); end if;`)
  expect(tables(`${sql} select make(3)`)).toEqual(['public.t3', 'public.t2', 'public.t1'])
  expect(
    reasonsOf(
      modelOf(
        `${make('n int', 'create table if not exists t (id int); perform make(n + 1);')} select make(1)`,
      ),
    ),
  ).toHaveLength(1)
})

test('the names of nested routines are their own', () => {
  const inner = `create function inner_one(n text) returns void language plpgsql as $$ declare v text := 'i_' || n; begin ${table('v')} end $$;`
  const outer = `create function outer_one() returns void language plpgsql as $$ declare v text := 'o'; begin perform inner_one(v); ${table('v')} end $$;`
  expect(tables(`${inner} ${outer} select outer_one()`)).toEqual(['public.i_o', 'public.o'])
})

test('a block has its own variables, set anew each time, and a label reaches past them', () => {
  const sql = `do $$ <<whole>> declare n text := 'a'; begin
    for i in 1..2 loop declare n text; begin n := coalesce(n, 'fresh') || i; ${table('n')} ${table('whole.n || i')} end; end loop; end $$`
  expect(tables(sql)).toEqual(['public.fresh1', 'public.a1', 'public.fresh2', 'public.a2'])
})

test("a routine's SET holds while it runs, unless a plain SET inside overrides it", () => {
  const schemas = 'create schema app; create schema other;'
  const own = (body: string) =>
    `${schemas} create function f() returns void language plpgsql set search_path = app as $$ begin ${body} end $$; select f();`
  expect(tables(`${own('create table a (id int);')} create table b (id int)`)).toEqual(['app.a', 'public.b'])
  expect(
    tables(`${own("perform set_config('search_path', 'other', false);")} create table b (id int)`),
  ).toEqual(['other.b'])
  const plain = `${schemas} create function f() returns void language plpgsql as $$ begin set search_path = app; end $$; select f();`
  expect(tables(`${plain} create table b (id int)`)).toEqual(['app.b'])
})

test("what a definer function makes is its owner's, and SET ROLE counts inside a block", () => {
  const sql = `create role r1; create schema s authorization r1;
    create function f() returns void language plpgsql security definer as $$ begin create table s.a (id int); end $$;
    alter function f() owner to r1; select f(); do $$ begin set role r1; create table s.b (id int); reset role; end $$; create table c (id int)`
  const { relations } = modelOf(sql)
  expect([...relations.values()].map(({ name, owner }) => [name, owner])).toEqual([
    ['a', 'r1'],
    ['b', 'r1'],
    ['c', null],
  ])
})

test('a STRICT function does nothing with NULL, and is uncertain with a value that is not known', () => {
  const sql = `create function make(n text) returns void language plpgsql strict as $$ begin create table t (id int); end $$;`
  expect(tables(`${sql} select make(null); do $$ declare n text; begin perform make(n); end $$`)).toEqual([])
  expect([...modelOf(`${sql} select make(random()::text)`).unmodelled.values()]).toMatchObject([
    { affects: ['public.t'] },
  ])
})

test('a routine runs as it is when it is called: replaced, renamed, dropped', () => {
  const first = make('', 'create table a (id int);')
  const second = make('', 'create table b (id int);').replace('create function', 'create or replace function')
  expect(
    tables(
      `${first} select make(); ${second} select make(); alter function make() rename to build; drop table b; select build()`,
    ),
  ).toEqual(['public.a', 'public.b'])
  expect(reasonsOf(modelOf(`${first} drop function make(); select make()`))).toEqual([
    'call of make, which the history does not show',
  ])
})

test('an argument that is not known leaves what the routine does with it unmodelled, and no more', () => {
  const sql = `${make('n text', `${table('n')} create table sure (id int);`)} select make(random()::text)`
  const model = modelOf(sql)
  expect([...model.relations.keys()]).toEqual(['public.sure'])
  expect([...model.unmodelled.values()]).toMatchObject([
    { reason: 'call of public.make(text): EXECUTE of a computed CREATE TABLE', affects: null },
  ])
})

test('a call in a condition, or for rows that are not known, may happen', () => {
  const sql = `create table src (n text); ${make('n text', 'create table if not exists t (id int);')}`
  for (const query of [
    "select 1 from src where make('a') is null",
    'select make(n) from src',
    "select 1 or make('a') is null",
    "select make('a') limit 1",
  ]) {
    const model = modelOf(`${sql} ${query}`)
    expect([...model.relations.keys()]).toEqual(['public.src'])
    expect([...model.unmodelled.values()].map(({ affects }) => affects)).toEqual([['public.t']])
  }
})

test('a conditional RETURN leaves the caller certain', () => {
  const sql = `${make('n text', `if random() > 0.5 then return; end if; ${table('n')}`)}
    do $$ begin perform make('a'); create table b (id int); end $$`
  const model = modelOf(sql)
  expect([...model.relations.keys()]).toEqual(['public.b'])
  expect([...model.unmodelled.values()].map(({ affects }) => affects)).toEqual([['public.a']])
})

test('the function of a trigger may run with the values that are inserted', () => {
  const sql = (also: string, insert: string) => `create table tenants (id int, name text);
    create function make() returns trigger language plpgsql as $$ begin ${table("'tenant_' || new.id")} return new; end $$;
    create function change() returns trigger language plpgsql as $$ begin new.id := new.id + 1; return new; end $$;
    create trigger a after insert on tenants for each row execute function make(); ${also} ${insert}`
  const affected = (also: string, insert: string) =>
    [...modelOf(sql(also, insert)).unmodelled.values()].map(({ affects }) => affects)
  expect(affected('', "insert into tenants values (1, 'x'), (2, 'y')")).toEqual([
    ['public.tenant_1', 'public.tenant_2'],
  ])
  expect(affected('', 'insert into tenants select 4')).toEqual([null])
  const changed = 'create trigger b before insert on tenants for each row execute function change();'
  expect(affected(changed, 'insert into tenants values (1)')).toEqual([null])
})

test('functions of extensions that make tables are known by what they make', () => {
  const model =
    modelOf(`create extension pgmq; select pgmq.create('Mails'); select pgmq.create('gone'); select pgmq.drop_queue('gone');
    do $$ declare q text; begin foreach q in array array['a', 'b'] loop perform pgmq.create_unlogged(q); end loop; end $$`)
  expect([...model.relations.keys()]).toEqual([
    'pgmq.meta',
    ...['pgmq.q_mails', 'pgmq.a_mails', 'pgmq.q_a', 'pgmq.a_a', 'pgmq.q_b', 'pgmq.a_b'],
  ])
  expect(relationOf(model, 'pgmq.q_a').persistence).toBe('unlogged')
  expect(reasonsOf(model)).toEqual([])
  const parent =
    "create table events (id int, at date) partition by range (at); select partman.create_parent('public.events', 'at', '1 day')"
  expect([...modelOf(parent).unmodelled.values()].flatMap(({ affects }) => affects)).toContain(
    'public.events_p*',
  )
})
