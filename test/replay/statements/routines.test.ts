import { expect, test } from 'vitest'
import { modelOf, reasonsOf } from '../fixture.ts'

function routinesOf(sql: string) {
  return modelOf(sql).routines
}

test('ids have the input arguments, built-in names as format_type prints them and no modifiers', () => {
  const sql = `create type mood as enum ('a');
    create function f(a int, inout b varchar(20), out c text, d mood default 'a', variadic e numeric(10, 2)[])
      language sql as '';
    create function g(char(3), bit(3)) returns table (x int, y text) language sql as '';
    create procedure p() language sql as ''`
  expect([...routinesOf(sql).values()].map(({ id, kind, returns }) => [id, kind, returns])).toEqual([
    ['public.f(integer, character varying, public.mood, numeric[])', 'function', 'record'],
    ['public.g(character, bit)', 'function', 'TABLE(x integer, y text)'],
    ['public.p()', 'procedure', null],
  ])
})

test('attributes are kept and ALTER FUNCTION changes them', () => {
  const created = `create function f() returns setof text language sql stable leakproof security definer
    set search_path = app, "Odd" set role = 'x' as 'select 1';`
  expect(routinesOf(created).get('public.f()')).toMatchObject({
    returns: 'SETOF text',
    language: 'sql',
    body: 'select 1',
    securityDefiner: true,
    leakproof: true,
    volatility: 'stable',
    settings: ['search_path=app, "Odd"', 'role=x'],
    argumentNames: [],
  })
  const altered = `alter function f() security invoker not leakproof immutable reset role set search_path to '';`
  expect(routinesOf(created + altered).get('public.f()')).toMatchObject({
    securityDefiner: false,
    leakproof: false,
    volatility: 'immutable',
    settings: ['search_path=""'],
  })
  expect(routinesOf(`${created} alter function f reset all`).get('public.f()')?.settings).toEqual([])
})

test('OR REPLACE resets what it does not say, and keeps the owner', () => {
  const sql = `create function f() returns int language sql security definer set search_path = a as 'select 1';
    alter function f() owner to app;
    create or replace function f() returns int language sql as 'select 2'`
  expect(routinesOf(sql).get('public.f()')).toMatchObject({
    securityDefiner: false,
    settings: [],
    body: 'select 2',
    owner: 'app',
  })
})

test('a body in standard SQL is kept as statements', () => {
  const { sqlBody, body, language } = {
    ...routinesOf('create function f() returns int begin atomic select 1; select 2; end').get('public.f()'),
  }
  expect([sqlBody?.length, body, language]).toEqual([2, null, 'sql'])
})

test('an aggregate is a routine, in both ways of writing it', () => {
  const sql = `create aggregate total(int) (sfunc = int4pl, stype = int);
    create aggregate old_total(basetype = int, sfunc = int4pl, stype = int)`
  expect([...routinesOf(sql).values()].map(({ id, kind }) => [id, kind])).toEqual([
    ['public.total(integer)', 'aggregate'],
    ['public.old_total(integer)', 'aggregate'],
  ])
})

test('an event trigger on what is dropped is unmodelled for all relations if its function may change some', () => {
  const trigger = (
    body: string,
  ) => `create function e() returns event_trigger language plpgsql as $$ begin ${body} end $$;
    create event trigger on_ddl on sql_drop when tag in ('DROP TABLE') execute function e();`
  const secure = trigger("execute format('alter table %I enable row level security', t);")
  const [statement] = [...modelOf(secure).unmodelled.values()]
  expect(statement).toMatchObject({
    affects: null,
    reason: 'event trigger on_ddl runs public.e(): EXECUTE of a computed ALTER TABLE',
  })
  expect(modelOf(secure).eventTriggers.get('on_ddl')).toMatchObject({ tags: ['DROP TABLE'], enabled: true })
  expect(reasonsOf(modelOf(trigger("notify pgrst, 'reload schema';")))).toEqual([])
})

test('an event trigger that is enabled again is reported again', () => {
  const sql = `create function e() returns event_trigger language plpgsql as $$ begin drop table x; end $$;
    create event trigger t on sql_drop execute function e(); alter event trigger t disable;
    alter event trigger t enable`
  expect(reasonsOf(modelOf(sql))).toHaveLength(2)
})
