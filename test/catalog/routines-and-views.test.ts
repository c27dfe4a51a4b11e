import { expect, test } from 'vitest'
import { printQuery } from '../../src/sql/expression.ts'
import { relationOf } from '../replay/fixture.ts'
import { testedMajor, testServer } from '../server.ts'
import { readAfter } from './reading.ts'

const server = testServer()

test('signatures and results of routines', async () => {
  const model = await readAfter(
    server(),
    `create table one (a int);
     create function f(x int, out y int, out z text) language sql as $$ select 1, 'a' $$;
     create function f(char(3), bit, varchar(4), timestamptz) returns setof one language sql as $$ select 1 $$;
     create function g(variadic xs text[]) returns table (id int, "user" uuid, "Odd" one) language sql
       as $$ select 1, null::uuid, null::one $$;
     create procedure p(inout a int, b one, out c int) language plpgsql as $$ begin end $$;
     create aggregate total (int) (sfunc = int4pl, stype = int);
     create function first() returns bigint language internal window as 'window_row_number';
     create type span as range (subtype = float8);`,
  )
  const signatures = [...model.routines.values()].map(({ id, kind, returns, argumentNames }) => [
    ...[id, kind, returns, argumentNames],
  ])
  expect(signatures).toEqual([
    ['public.f(integer)', 'function', 'record', ['x']],
    [
      'public.f(character, bit, character varying, timestamp with time zone)',
      ...['function', 'SETOF public.one', [null, null, null, null]],
    ],
    ['public.g(text[])', 'function', 'TABLE(id integer, user uuid, "Odd" public.one)', ['xs']],
    ['public.p(integer, public.one)', 'procedure', null, ['a', 'b']],
    ['public.total(integer)', 'aggregate', null, [null]],
    ['public.first()', 'function', 'bigint', []],
  ])
  expect([...model.types.values()].map(({ id, kind }) => [id, kind])).toEqual([['public.span', 'range']])
})

test('how a routine runs, and a body between quotes', async () => {
  const model = await readAfter(
    server(),
    `create role o; create function f() returns int language plpgsql stable security definer leakproof
       set search_path = app, "$user", public set timezone to 'UTC' as $$ begin return 1; end $$;
     alter function f() owner to o;`,
  )
  expect(model.routines.get('public.f()')).toMatchObject({
    ...{ language: 'plpgsql', body: ' begin return 1; end ', sqlBody: null, securityDefiner: true },
    ...{ leakproof: true, volatility: 'stable', owner: 'o' },
    settings: ['search_path=app, "$user", public', 'timezone=UTC'],
  })
})

test('the statements of a body in standard SQL, their names qualified', async () => {
  const model = await readAfter(
    server(),
    `create table t (id int);
     create function f(n int) returns int language sql begin atomic delete from t where id = n; select max(id) from t; end;
     create function g(n int) returns int language sql return n + 1;`,
  )
  const f = model.routines.get('public.f(integer)')
  expect(f?.body).toBeNull()
  expect(f?.sqlBody?.map((statement) => Object.keys(statement)[0])).toEqual(['DeleteStmt', 'SelectStmt'])
  expect(JSON.stringify(f?.sqlBody)).toContain('"schemaname":"public"')
  const g = model.routines.get('public.g(integer)')
  expect(g?.sqlBody?.map((statement) => Object.keys(statement)[0])).toEqual(['ReturnStmt'])
})

test('what a view reads and calls, each once, in order, catalogs left out', async () => {
  const model = await readAfter(
    server(),
    `create schema app; create table app.t (id int); create table app.u (id int);
     create function app.f(int) returns int language sql as 'select 1';
     create function app.f(text) returns int language sql as 'select 1';
     create function app.g() returns setof app.u language sql as 'select * from app.u';
     create view app.v as with q as (select id from app.u)
       select q.id, app.f(q.id) as f from app.t join q using (id), pg_class
       where exists (select 1 from app.g() g where g.id = app.f(t.id)) and exists (select 1 from app.t again);
     create materialized view app.m as select count(*) as n from app.v; create index on app.m (n);`,
  )
  expect(relationOf(model, 'app.v').view).toMatchObject({
    reads: ['app.u', 'app.t'],
    calls: ['app.f(integer)', 'app.g()'],
  })
  const materialized = relationOf(model, 'app.m')
  expect(materialized.kind).toBe('materialized-view')
  expect(materialized.indexes.map(({ name, keys }) => [name, keys])).toEqual([['m_n_idx', ['n']]])
  expect(materialized.view && printQuery(materialized.view.query)).toContain('FROM app.v')
})

test('a routine that a view calls by an operator counts among its calls', async () => {
  const model = await readAfter(
    server(),
    `create type box2 as (a int); create function to_text(box2) returns text language sql as 'select 1::text';
     create cast (box2 as text) with function to_text(box2); create table t (b box2);
     create view v as select b::text as x from t;`,
  )
  expect(relationOf(model, 'public.v').view?.calls).toEqual(['public.to_text(public.box2)'])
})

test('options of views, however their value was written', async () => {
  const invoker = testedMajor >= 15 ? ', security_invoker = yes' : ''
  const model = await readAfter(
    server(),
    `create table t (id int); create view plain as select * from t;
     create view a with (security_barrier${invoker}) as select * from t with local check option;
     create view b with (security_barrier = off, check_option = cascaded) as select * from t;`,
  )
  const options = ['plain', 'a', 'b'].map((name) => {
    const { securityInvoker, securityBarrier, checkOption } = relationOf(model, `public.${name}`).view ?? {}
    return [securityInvoker, securityBarrier, checkOption]
  })
  expect(options).toEqual([
    [false, false, null],
    [testedMajor >= 15, true, 'local'],
    [false, false, 'cascaded'],
  ])
})

test('types: labels in their order, what a domain stands on, no arrays and no rows', async () => {
  const model = await readAfter(
    server(),
    `create type e as enum ('a', 'c'); alter type e add value 'b' before 'c'; create domain d as varchar(9)[];
     create type c as (a int); create type shell; create table t (a int);`,
  )
  expect(
    [...model.types.values()].map(({ id, kind, labels, baseType }) => [id, kind, labels, baseType]),
  ).toEqual([
    ['public.e', 'enum', ['a', 'b', 'c'], null],
    ['public.d', 'domain', [], 'character varying(9)[]'],
    ['public.c', 'composite', [], null],
    ['public.shell', 'base', [], null],
  ])
})
