import { expect, test } from 'vitest'
import { modelOf, reasonsOf, relationOf } from '../fixture.ts'

test('the elements of CREATE SCHEMA are made in it, by its owner, grants last', () => {
  const model = modelOf(`create schema app authorization boss
    grant select on t to r create view v as select id from t create table t (id int);
    create table u (id int)`)
  expect(relationOf(model, 'app.t')).toMatchObject({ owner: 'boss', grants: [{ grantee: 'r' }] })
  expect(relationOf(model, 'app.v').view?.reads).toEqual(['app.t'])
  expect(relationOf(model, 'public.u').owner).toBeNull()
  expect(reasonsOf(model)).toEqual([])
})

test('CREATE SCHEMA IF NOT EXISTS leaves the schema that is there', () => {
  const sql =
    'create schema a authorization x; create schema if not exists a authorization y; create schema a'
  expect(modelOf(sql).namespaces.get('a')?.owner).toBe('x')
  expect(reasonsOf(modelOf(sql))).toEqual(['the schema a exists already'])
})

test('owners of routines, schemas and types change', () => {
  const model = modelOf(`create schema a; create type t as enum (); create function f() returns int return 1;
    alter schema a owner to x; alter type t owner to x; alter function f() owner to x; alter aggregate g(int) owner to x`)
  expect([
    model.namespaces.get('a')?.owner,
    model.types.get('public.t')?.owner,
    model.routines.get('public.f()')?.owner,
  ]).toEqual(['x', 'x', 'x'])
  expect(reasonsOf(model)).toEqual(['no statement created the routine g'])
})

test('a sequence is owned by a column until OWNED BY NONE', () => {
  const owned = 'create table t (id int); create sequence s owned by t.id;'
  const ownedBy = (sql: string) => modelOf(sql).sequences.get('public.s')?.ownedBy
  expect(ownedBy(owned)).toEqual({ relation: 'public.t', column: 'id' })
  expect(ownedBy(`${owned} alter sequence s owned by none`)).toBeNull()
})

test('publications keep their tables and schemas through ADD, DROP and SET', () => {
  const tables = 'create schema s; create table a (x int, y int); create table b (id int);'
  const published = (sql: string) => modelOf(tables + sql).publications.get('p')
  const created = 'create publication p for table a (x) where (x > 1), tables in schema s;'
  expect(published(created)).toMatchObject({ relations: ['public.a'], namespaces: ['s'], allTables: false })
  expect(
    published(`${created} alter publication p add table b; alter publication p drop table a`),
  ).toMatchObject({
    relations: ['public.b'],
    namespaces: ['s'],
  })
  expect(published(`${created} alter publication p set table b`)).toMatchObject({
    relations: ['public.b'],
    namespaces: [],
  })
  expect(published('create publication p for all tables')?.allTables).toBe(true)
  expect(published('alter publication p add table a')?.relations).toEqual(['public.a'])
})

test('an extension that is known brings its namespace and tables', () => {
  const model = modelOf(
    'create extension pg_cron; create extension if not exists pgcrypto with schema public',
  )
  expect(relationOf(model, 'cron.job').columns[0]?.name).toBe('jobid')
  expect(model.namespaces.has('cron')).toBe(true)
  expect([...model.extensions.values()].map(({ name, namespace }) => [name, namespace])).toEqual([
    ['pg_cron', 'cron'],
    ['pgcrypto', 'public'],
  ])
  expect(reasonsOf(model)).toEqual([])
})

test('plpgsql is in every database, so that CREATE EXTENSION brings nothing or fails', () => {
  const model = modelOf('create extension if not exists plpgsql; create extension plpgsql')
  expect(model.extensions.size).toBe(0)
  expect(reasonsOf(model)).toEqual(['the extension plpgsql exists already'])
})

test('the tags of an event trigger are kept in capitals, as the server keeps them', () => {
  const model = modelOf(
    `create function f() returns event_trigger language plpgsql as $$ begin end $$;
     create event trigger e on ddl_command_end when tag in ('create table') execute function f()`,
  )
  expect(model.eventTriggers.get('e')?.tags).toEqual(['CREATE TABLE'])
})

test('a publication of a table is one of those that inherit from it then, but for ONLY', () => {
  const tables = 'create table a (x int); create table b () inherits (a); create table c () inherits (b);'
  const published = (sql: string) => modelOf(tables + sql).publications.get('p')?.relations
  expect(published('create publication p for table a; create table d () inherits (a)')).toEqual([
    'public.a',
    'public.b',
    'public.c',
  ])
  expect(published('create publication p for table only a')).toEqual(['public.a'])
})

test('a table that is set to the schema that it is in stays as it is', () => {
  const model = modelOf('create table a (x int); alter table a set schema public')
  expect(reasonsOf(model)).toEqual([])
})
