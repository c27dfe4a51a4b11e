import { expect, test } from 'vitest'
import { modelOf, relationOf } from '../fixture.ts'

function unmodelled(sql: string) {
  return [...modelOf(sql).unmodelled.values()].map(({ reason, affects }) => [reason, affects])
}

const table = 'create table t (id int);'
const routine = (body: string) =>
  `${table} create function f() returns void language plpgsql as $$ begin ${body} end $$;`

test('statements that move rows with built-in functions have no effect', () => {
  expect(
    unmodelled(`${table} insert into t select count(*) from t where now() > '2020-01-01'; update t set id = abs(id);
      delete from t; with x as (select 1) select * from x; truncate t; prepare p as select lower('X'); execute p;
      explain select 1; copy t to stdout; select jsonb('{}'); select gen_random_uuid(), extensions.uuid_generate_v4(), cron.schedule('a', 'b')`),
  ).toEqual([])
})

test('a call of a function that the history does not show is unmodelled, wherever it stands', () => {
  const reason = (name: string) => [`call of ${name}, which the history does not show`, null]
  expect(unmodelled(`select make_hypertable('t', 'at')`)).toEqual([reason('make_hypertable')])
  expect(unmodelled(`${table} update t set id = 1 where partman.check_it(id)`)).toEqual([
    reason('partman.check_it'),
  ])
  expect(unmodelled('call maintain()')).toEqual([reason('maintain')])
  expect(unmodelled('create table d (id int default hidden()); insert into d values (1)')).toEqual([
    reason('hidden'),
  ])
})

test('a call of a function does what its body does', () => {
  expect(unmodelled(`${routine('insert into t values (1);')} select f()`)).toEqual([])
  const dropped = modelOf(`${routine('if true then drop table t; end if;')} select f()`)
  expect([...dropped.relations.keys()]).toEqual([])
  expect([...dropped.unmodelled.keys()]).toEqual([])
  const made = modelOf(`${routine("execute 'create table made (id int)';")} select f()`)
  expect([...made.relations.keys()]).toEqual(['public.t', 'public.made'])
  expect(unmodelled(`${routine('execute format($x$drop table %I$x$, random());')} select f()`)).toEqual([
    ['call of public.f(): EXECUTE of a computed DROP', null],
  ])
})

test('functions in SQL that call others, and themselves without end, are followed to a depth', () => {
  const chain = `create function g() returns void language sql as 'select f(); select g()';`
  const model = modelOf(`${routine('alter table t enable row level security;')}${chain} select g()`)
  expect(relationOf(model, 'public.t').rowSecurityEnabled).toBe(true)
  expect([...model.unmodelled.values()].map(({ affects }) => affects)).toEqual([['public.t']])
})

test('a function with OUT arguments and TABLE columns is read', () => {
  const sql = `create function f(out a int, b int) language plpgsql as $$ begin a := b; end $$;
    create function g() returns table (x int) language plpgsql as $$ begin x := 1; return next; end $$;
    select f(1), g()`
  expect(unmodelled(sql)).toEqual([])
})

test('an INSERT into a table whose trigger runs DDL is unmodelled, a DELETE from it is not', () => {
  const sql = `${table} create function make() returns trigger language plpgsql as
    $$ begin create table made (id int); return new; end $$;
    create trigger maker after insert on t for each row execute function make();`
  expect(unmodelled(`${sql} delete from t`)).toEqual([])
  expect(unmodelled(`${sql} with x as (insert into t values (1) returning id) select * from x`)).toEqual([
    ['trigger maker on public.t runs public.make(): CREATE TABLE', ['public.made']],
  ])
})

test('a function in a language that is not read is unmodelled when it is called', () => {
  const sql = `create function f() returns int language plv8 as 'return 1'; select f()`
  expect(unmodelled(sql)).toEqual([['call of public.f(): code in plv8', null]])
})

test('SELECT INTO and EXPLAIN ANALYZE of CREATE TABLE AS make a table', () => {
  const model = modelOf('select 1 as one into made; explain analyze create table also as select 1 as one')
  expect([...model.relations.keys()]).toEqual(['public.made', 'public.also'])
})

test('what a query calls counts where it fills a table or a materialized view', () => {
  const changes = routine('drop table t;')
  const model = modelOf(`${changes} create temp table x as select f()`)
  expect([...model.relations.keys()]).toEqual(['pg_temp.x'])
  const view = modelOf(`${changes} create materialized view x as select 1 as one from f()`)
  expect([...view.relations.keys()]).toEqual(['public.x'])
  expect(unmodelled(`${changes} create materialized view x as select 1 from f() with no data`)).toEqual([])
})

test('what a view calls counts where it is read', () => {
  const view = `${routine('drop table t;')} create view v as select 1 from f();`
  expect(unmodelled(view)).toEqual([])
  expect(unmodelled(`${view} select * from v`)).toEqual([['call of public.f(): DROP', ['public.t']]])
})

test('what the default of an added column calls counts', () => {
  const changes = `${routine('drop table t;')} create table u (id int);`
  expect(unmodelled(`${changes} alter table u add column n text default f()::text`)).toEqual([
    ['call of public.f(): DROP under a query', ['public.t']],
  ])
})

test('a catalog that is changed by hand is unmodelled', () => {
  const reason = (name: string) => [`a catalog is changed by hand (${name})`, null]
  expect(unmodelled("update pg_class set relrowsecurity = false where relname = 't'")).toEqual([
    reason('pg_class'),
  ])
  expect(unmodelled('delete from pg_catalog.pg_policy')).toEqual([reason('pg_policy')])
  expect(unmodelled('create table pg_notes (id int); delete from pg_notes')).toEqual([])
})

test('EXPLAIN runs its statement where ANALYZE is on', () => {
  const explained = (options: string) => [
    ...modelOf(`${routine('drop table t;')} explain ${options} select f()`).relations.keys(),
  ]
  expect(explained('(analyze)')).toEqual([])
  expect(explained('(analyze off, analyze 1)')).toEqual([])
  expect(explained('(analyze off)')).toEqual(['public.t'])
  expect(explained('(analyze 0)')).toEqual(['public.t'])
})
