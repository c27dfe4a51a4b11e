import { expect, test } from 'vitest'
import { replay } from '../../../src/replay/replay.ts'
import { modelOf, reasonsOf, relationOf } from '../fixture.ts'

test('attributes of CREATE and ALTER ROLE are kept, and a user can log in', () => {
  const { roles } =
    modelOf(`create role app; create user web bypassrls noinherit; alter role app superuser createrole;
    alter role web nobypassrls`)
  expect(roles.get('app')).toMatchObject({ login: false, superuser: true, createRole: true, inherit: true })
  expect(roles.get('web')).toMatchObject({ login: true, bypassRowSecurity: false, inherit: false })
})

test('a role points at the statement that set an attribute last, not at one that sets none', () => {
  const text = 'create role app; alter role app bypassrls; alter role app password null;'
  const { source } = modelOf(text).roles.get('app') ?? {}
  expect(text.slice(source?.start, source?.end)).toBe('alter role app bypassrls')
})

test('a role made elsewhere is known from the ALTER that makes it exempt', () => {
  expect(modelOf('alter role reporting bypassrls').roles.get('reporting')?.bypassRowSecurity).toBe(true)
})

test('memberships come from IN ROLE, ROLE, ADMIN and GRANT, and REVOKE takes them or their options', () => {
  const { roleMemberships } = modelOf(`create role a; create role b in role a admin c;
    grant a to d with admin option, inherit false, set false; revoke admin option for a from d;
    grant a to e; revoke a from e`)
  const rows = [...roleMemberships.values()].map(({ role, member, admin, inherit, set }) => [
    role,
    member,
    admin,
    inherit,
    set,
  ])
  expect(rows).toEqual([
    ['a', 'b', false, null, true],
    ['b', 'c', true, null, true],
    ['a', 'd', false, false, false],
  ])
})

test('DROP ROLE takes its memberships along', () => {
  expect(modelOf('create role a; create role b in role a; drop role a').roleMemberships.size).toBe(0)
})

test('settings of a role and of the database are kept apart', () => {
  const model =
    modelOf(`create role a; alter role a set search_path = app, "Odd"; alter role a in database d set x.y = '1';
    alter role a reset x.y; alter database d set app.tenant = 'none'; alter role all set row_security = off`)
  expect(model.roles.get('a')?.settings).toEqual(['search_path=app, "Odd"'])
  expect([...model.databaseSettings.values()].map(({ name, value }) => [name, value])).toEqual([
    ['app.tenant', 'none'],
    ['row_security', 'off'],
  ])
})

test('a keyword in a search path is quoted as the server keeps it', () => {
  const model = modelOf('create role a; alter role a set search_path to "select", "user", app')
  expect(model.roles.get('a')?.settings).toEqual(['search_path="select", "user", app'])
})

test('the search path of the database counts in the sessions that start later', () => {
  const text = [
    'create schema app; alter database d set search_path = app; create table a (id int)',
    'create table b (id int)',
  ]
  const migrations = text.map((sql, at) => ({
    file: `${at}.sql`,
    text: sql,
    parts: [{ kind: 'sql' as const, start: 0, end: sql.length }],
    session: 'new' as const,
  }))
  expect([...replay(migrations).model.relations.keys()]).toEqual(['public.a', 'app.b'])
})

test('REASSIGN OWNED moves what a role owns, DROP OWNED drops it and withdraws its grants and policies', () => {
  const model =
    modelOf(`create role old; create role new; create table kept (id int); grant select on kept to new;
    create policy own on kept to new using (true); create policy shared on kept to new, old using (true);
    set role old; create table moved (id int); reset role;
    reassign owned by old to new; create table other (id int); alter table other owner to new; drop owned by new`)
  expect([...model.relations.keys()]).toEqual(['public.kept'])
  const kept = relationOf(model, 'public.kept')
  expect(kept.grants).toEqual([])
  expect(kept.policies.map(({ name, roles }) => [name, roles])).toEqual([['shared', ['old']]])
  expect(reasonsOf(model)).toEqual([])
})
