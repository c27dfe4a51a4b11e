import { expect, test } from 'vitest'
import { modelOf, reasonsOf, relationOf } from '../fixture.ts'

const schemas = 'create schema a; create schema b;'

function tablesAfter(sql: string): string[] {
  return [...modelOf(schemas + sql).relations.keys()]
}

test.each([
  ['SET', 'set search_path = a, public; create table t (id int)', 'a.t'],
  ['SET with a name in quotes', `set search_path to 'b'; create table t (id int)`, 'b.t'],
  ['a list in one string is one name', `set search_path to 'a, b'; create table t (id int)`, '"a, b".t'],
  [
    'set_config',
    `select pg_catalog.set_config('search_path', '"b", public', false); create table t (id int)`,
    'b.t',
  ],
  ['RESET', 'set search_path = a; reset search_path; create table t (id int)', 'public.t'],
  ['RESET ALL', 'set search_path = a; reset all; create table t (id int)', 'public.t'],
  ['DISCARD ALL', 'set search_path = a; discard all; create table t (id int)', 'public.t'],
  ['"$user" is passed over', 'set search_path = "$user", b; create table t (id int)', 'b.t'],
  [
    'a schema that does not exist is passed over',
    'set search_path = nope, b; create table t (id int)',
    'b.t',
  ],
  ['SET LOCAL', 'begin; set local search_path = a; commit; create table t (id int)', 'public.t'],
  ['SET LOCAL before COMMIT', 'begin; set local search_path = a; create table t (id int); commit', 'a.t'],
  ['SET undone by ROLLBACK', 'begin; set search_path = a; rollback; create table t (id int)', 'public.t'],
])('search path: %s', (_, sql, id) => {
  expect(tablesAfter(sql)).toEqual([id])
})

test('SET LOCAL with no BEGIN lasts until the end of the file', () => {
  const model = modelOf([
    ['1.sql', `${schemas} set local search_path = a; create table t (id int)`],
    ['2.sql', 'create table u (id int)'],
  ])
  expect([...model.relations.keys()]).toEqual(['a.t', 'public.u'])
})

test('set_config of a computed path is unmodelled, of another setting nothing', () => {
  const reasons = reasonsOf(
    modelOf(`select set_config('search_path', current_setting('x'), false);
    select set_config('app.tenant', random()::text, false)`),
  )
  expect(reasons).toEqual(['set_config of search_path'])
})

test('what a role creates after SET ROLE is its own', () => {
  const model = modelOf(`set role app; create table t (id int); reset role; create table u (id int);
    set session authorization web; create table w (id int); set role none; create table x (id int)`)
  const owner = (id: string) => relationOf(model, id).owner
  expect([owner('public.t'), owner('public.u'), owner('public.w'), owner('public.x')]).toEqual([
    'app',
    null,
    'web',
    'web',
  ])
})
