import { expect, test } from 'vitest'
import type { Grant } from '../../../src/model/schema-model.ts'
import { replay } from '../../../src/replay/replay.ts'
import { modelOf, reasonsOf, relationOf } from '../fixture.ts'

const tables = 'create table a (x int, y int, z int); create view v as select 1 as one;'

function brief(grants: readonly Grant[] | undefined): string[] {
  return (grants ?? []).map(({ grantee, privilege, columns, grantable }) => {
    const on = columns === null ? '' : `(${columns.join(',')})`
    return `${grantee}:${privilege}${on}${grantable ? '*' : ''}`
  })
}

function grantsOf(sql: string, id = 'public.a'): string[] {
  return brief(relationOf(modelOf(tables + sql), id).grants)
}

test('GRANT ALL is spelt out, once for each grantee', () => {
  expect(grantsOf('grant all on a to r; grant select on a to r')).toEqual(
    ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'].map(
      (p) => `r:${p}`,
    ),
  )
})

test('REVOKE takes from the named grantee alone, GRANT OPTION FOR the option alone', () => {
  expect(
    grantsOf(`grant select, insert on a to r with grant option; grant select on a to public;
      revoke select on a from r; revoke grant option for insert on a from r`),
  ).toEqual(['r:insert', 'public:select'])
})

test('column grants are kept by column and go with a REVOKE of the whole table', () => {
  const columns =
    'grant select (x, y), update (z) on a to r; grant select (z) on a to r; revoke select (x) on a from r;'
  expect(grantsOf(columns)).toEqual(['r:select(y,z)', 'r:update(z)'])
  expect(grantsOf(`${columns} revoke all on a from r`)).toEqual([])
  expect(grantsOf('grant select on a to r; revoke select (x) on a from r')).toEqual(['r:select'])
})

test('ALL TABLES IN SCHEMA reaches the views and tables of now, not those of later', () => {
  const sql = 'grant select on all tables in schema public to r; create table later (id int);'
  expect([grantsOf(sql), grantsOf(sql, 'public.v'), grantsOf(sql, 'public.later')]).toEqual([
    ['r:select'],
    ['r:select'],
    [],
  ])
})

test('a new function may be executed by PUBLIC until that is revoked; OR REPLACE keeps it, DROP and CREATE bring it back', () => {
  const create = "create function f(a int) returns int language sql as 'select 1';"
  const revoke = 'revoke execute on function f(int) from public; grant execute on function f to r;'
  const replace = create.replace('create', 'create or replace')
  const executors = (sql: string) => brief(modelOf(sql).routines.get('public.f(integer)')?.grants)
  expect(executors(create)).toEqual(['public:execute'])
  expect(executors(create + revoke + replace)).toEqual(['r:execute'])
  expect(executors(`${create}${revoke} drop function f(int); ${create}`)).toEqual(['public:execute'])
  expect(executors(`${create} revoke all on all functions in schema public from public`)).toEqual([])
})

test('default privileges are granted to what is created after them', () => {
  const sql = `create schema app; create table before (id int);
    alter default privileges in schema app grant select on tables to r;
    alter default privileges grant insert on tables to r;
    create table app.b (id int); create table c (id int);
    alter default privileges in schema app revoke select on tables from r; create table app.d (id int);`
  const model = modelOf(sql)
  const of = (id: string) => brief(relationOf(model, id).grants).sort()
  expect([of('public.before'), of('app.b'), of('public.c'), of('app.d')]).toEqual([
    [],
    ['r:insert', 'r:select'],
    ['r:insert'],
    ['r:insert'],
  ])
})

test('EXECUTE to PUBLIC goes with a global default, and not with one for a schema', () => {
  const create = "create function f() returns int language sql as 'select 1';"
  const executors = (sql: string) => brief(modelOf(sql).routines.get('public.f()')?.grants)
  expect(executors(`alter default privileges revoke execute on functions from public; ${create}`)).toEqual([])
  expect(
    executors(`alter default privileges in schema public revoke execute on functions from public; ${create}`),
  ).toEqual(['public:execute'])
})

test('default privileges for another role do not reach what a known role creates', () => {
  const sql = `alter default privileges for role x grant select on tables to r;
    set role x; create table mine (id int); set role y; create table yours (id int)`
  const model = modelOf(sql)
  expect(brief(relationOf(model, 'public.mine').grants)).toEqual(['r:select'])
  expect(brief(relationOf(model, 'public.yours').grants)).toEqual([])
})

test('schemas and sequences keep their grants, databases and types are left out', () => {
  const model = modelOf(`create schema app; create sequence s; grant usage on schema app to r;
    grant all on sequence s to r; grant connect on database d to r; grant usage on type text to r`)
  expect(brief(model.namespaces.get('app')?.grants)).toEqual(['r:usage'])
  expect(brief(model.sequences.get('public.s')?.grants)).toEqual(['r:select', 'r:update', 'r:usage'])
  expect(reasonsOf(model)).toEqual([])
})

test('a grant on something that no statement created is unmodelled', () => {
  expect(reasonsOf(modelOf('grant select on nowhere to r; grant execute on function g() to r'))).toEqual([
    'no statement created public.nowhere',
    'no statement created the routine g',
  ])
})

test('what an owner was granted is its own, and gone once the object is given on', () => {
  const given = 'grant select on a to r, s; alter table a owner to r;'
  expect(grantsOf(given)).toEqual(['s:select'])
  expect(grantsOf(`${given} alter table a owner to q`)).toEqual(['s:select'])
  expect(grantsOf(`${given} grant insert on a to r`)).toEqual(['s:select'])
})

test('default privileges for a role that the history itself makes do not hold for other creators', () => {
  const defaults = 'alter default privileges for role r grant select on tables to s;'
  expect(grantsOf(`${defaults} create table b (id int)`, 'public.b')).toEqual(['s:select'])
  expect(grantsOf(`create role r; ${defaults} create table b (id int)`, 'public.b')).toEqual([])
  expect(grantsOf(`create role r; ${defaults} set role r; create table b (id int)`, 'public.b')).toEqual([
    's:select',
  ])
})

test('a role that is set without a right to grant changes nothing, and passes on what it may', () => {
  const set = 'create role r; grant select on a to r with grant option; grant insert on a to r; set role r;'
  expect(grantsOf(`${set} grant select, insert on a to s; revoke insert on a from r`)).toEqual([
    'r:select*',
    'r:insert',
    's:select',
  ])
  expect(grantsOf('create role r superuser; set role r; grant select on a to s')).toEqual(['s:select'])
  expect(grantsOf('set role nobody_made_me; grant select on a to s')).toEqual(['s:select'])
  expect(
    grantsOf(
      'create role r; create role o; grant o to r; alter table a owner to o; set role r; grant select on a to s',
    ),
  ).toEqual(['s:select'])
})

test('default privileges of a role for itself say nothing', () => {
  const model = modelOf('alter default privileges for role r grant all on tables to r')
  expect([...model.defaultPrivileges]).toEqual([])
})

test('default privileges for the role of the platform that runs the migrations are those of the migrations', () => {
  const text = 'alter default privileges for role runner grant select, insert on tables to r'
  const part = (sql: string) => [{ kind: 'sql', start: 0, end: sql.length }] as const
  const file = (sql: string) => ({ file: 'a.sql', text: sql, parts: part(sql), session: 'same' }) as const
  const prelude = { ...file(`create role runner; ${text}`), migrationRole: 'runner' }
  const revoked = 'alter default privileges revoke insert on tables from r; create table a (x int)'
  expect(brief(relationOf(replay([file(revoked)], { prelude }).model, 'public.a').grants)).toEqual([
    'r:select',
  ])
})
