import { expect, test } from 'vitest'
import type { Grant } from '../../src/model/schema-model.ts'
import { relationOf } from '../replay/fixture.ts'
import { testedMajor, testServer } from '../server.ts'
import { readAfter } from './reading.ts'

const server = testServer()

function written(grants: readonly Grant[] | undefined): string[] {
  return (grants ?? [])
    .map(({ grantee, privilege, columns, grantable }) =>
      [grantee, privilege, columns === null ? '' : columns.join(','), grantable ? 'grantable' : '']
        .filter((part) => part !== '')
        .join(' '),
    )
    .sort()
}

test('grants of relations and columns, without what the owner may do', async () => {
  const model = await readAfter(
    server(),
    `create role "o"; create role "a ""b""=c/d,e"; create table t (x int, y int, z int); alter table t owner to "o";
     grant select on t to "a ""b""=c/d,e" with grant option; grant select, update on t to public;
     grant all on t to "o"; revoke update on t from public;
     grant update (x, z), references (y) on t to "a ""b""=c/d,e";
     create table untouched (x int);`,
  )
  expect(written(relationOf(model, 'public.t').grants)).toEqual([
    'a "b"=c/d,e references y',
    'a "b"=c/d,e select grantable',
    'a "b"=c/d,e update x,z',
    'public select',
  ])
  expect(relationOf(model, 'public.t').owner).toBe('o')
  expect(relationOf(model, 'public.untouched').grants).toEqual([])
})

test('a privilege that two roles granted is one grant, grantable where one of them made it so', async () => {
  const model = await readAfter(
    server(),
    `create role a; create role b; create table t (x int); grant select on t to a with grant option;
     grant select on t to b; set role a; grant select on t to b with grant option; reset role;`,
  )
  expect(written(relationOf(model, 'public.t').grants)).toEqual(['a select grantable', 'b select grantable'])
})

test('EXECUTE for PUBLIC as long as nobody revoked it, by name or by default', async () => {
  const model = await readAfter(
    server(),
    `create function open() returns int language sql as 'select 1';
     create function closed() returns int language sql as 'select 1'; revoke execute on function closed() from public;
     create procedure proc() language sql as 'select 1';
     alter default privileges revoke execute on functions from public;
     create function later() returns int language sql as 'select 1';`,
  )
  const grants = [...model.routines.values()].map((routine) => [routine.name, written(routine.grants)])
  expect(Object.fromEntries(grants)).toEqual({
    ...{ open: ['public execute'], closed: [], proc: ['public execute'], later: [] },
  })
})

test('namespaces and sequences', async () => {
  const model = await readAfter(
    server(),
    `create role a; create schema s authorization a; grant usage on schema s to public; grant create on schema s to a;
     create sequence s.q; grant usage, select on sequence s.q to a;`,
  )
  expect(written(model.namespaces.get('s')?.grants)).toEqual(['public usage'])
  expect(model.namespaces.get('s')?.owner).toBe('a')
  expect(written(model.sequences.get('s.q')?.grants)).toEqual(['a select', 'a usage'])
  const ofPublic = testedMajor >= 15 ? ['public usage'] : ['public create', 'public usage']
  expect(written(model.namespaces.get('public')?.grants)).toEqual(ofPublic)
  expect([...model.namespaces.keys()]).toEqual(['public', 's'])
})

test('default privileges: what is added, and what is taken from PUBLIC', async () => {
  const model = await readAfter(
    server(),
    `create role a; create role b; create schema s;
     alter default privileges grant select on tables to a;
     alter default privileges for role a in schema s grant insert on tables to a, b with grant option;
     alter default privileges for role b revoke execute on functions from public;
     alter default privileges for role b grant execute on functions to a;
     alter default privileges revoke usage on types from public;
     alter default privileges grant usage on schemas to b;
     alter default privileges in schema s grant all on sequences to b;`,
    { migrationRole: 'postgres' },
  )
  const rows = [...model.defaultPrivileges.values()].map((row) =>
    [
      row.forRole ?? 'the migrations',
      row.namespace ?? 'everywhere',
      ...[row.objects, row.grantee, row.privileges.join()],
      ...(row.grantable ? ['grantable'] : []),
      ...(row.revoked ? ['revoked'] : []),
    ].join(' '),
  )
  expect(rows.sort()).toEqual([
    'a s tables a insert grantable',
    'a s tables b insert grantable',
    'b everywhere routines a execute',
    'b everywhere routines public execute revoked',
    'the migrations everywhere schemas b usage',
    'the migrations everywhere tables a select',
    'the migrations everywhere types public usage revoked',
    'the migrations s sequences b select,update,usage',
  ])
})
