import { sql } from '../../sql/template.ts'
import type { Blueprint, RelationName } from '../blueprint.ts'
import { dollarQuoted, identifier, literal, qualified } from '../names.ts'
import { type OpenTask, openTasks } from './access.ts'
import type { Access, Reversible, RowCommand } from './options.ts'

type Grant = Pick<OpenTask, 'role' | 'commands'>

/** Who is granted which commands: the application, support and the system tasks that may touch the table. */
export function meantGrants(
  blueprint: Blueprint,
  commands: readonly RowCommand[],
  { support = false, tasks = {} }: Access,
): readonly Grant[] {
  const { appRole, supportRole } = blueprint
  const read: Grant[] = support && supportRole !== null ? [{ role: supportRole, commands: ['select'] }] : []
  return [{ role: appRole, commands }, ...read, ...openTasks(blueprint, { tasks })].filter(
    (grant) => grant.commands.length > 0,
  )
}

/**
 * Grants without TRUNCATE, which asks no policy, and without REFERENCES, which tells what other tenants have. Who inserts may also use
 * the sequences behind `serial` columns. A namespace of its own is opened as well, and stays so on the way back, for other tables' sake.
 */
export function writeGrants(blueprint: Blueprint, table: RelationName, grants: readonly Grant[]): Reversible {
  const name = qualified(table)
  const writers = grants.filter(({ commands }) => commands.includes('insert'))
  return {
    up: [
      ...grantNamespace(blueprint, table, grants),
      ...grants.map(({ role, commands }) => `grant ${commands.join(', ')} on ${name} to ${identifier(role)}`),
      ...(writers.length === 0 ? [] : [grantSequences(table, writers)]),
    ],
    down: [revokeFromOthers(table)],
  }
}

/** What `createTenancy` opened is open already, and `public` to everybody. */
function grantNamespace(
  { contextNamespace, tenants, memberships, accessLog }: Blueprint,
  { namespace }: RelationName,
  grants: readonly Grant[],
): readonly string[] {
  const open = [
    'public',
    contextNamespace,
    ...[tenants, memberships, accessLog].map((table) => table.namespace),
  ]
  if (open.includes(namespace) || grants.length === 0) return []
  const roles = [...new Set(grants.map(({ role }) => identifier(role)))]
  return [`grant usage on schema ${identifier(namespace)} to ${roles.join(', ')}`]
}

/**
 * Takes from everybody but the owner what is granted on a table, on its columns and on the sequences behind them: what default
 * privileges granted when it was created, to roles that nobody can list beforehand, and what was granted to PUBLIC.
 *
 * Functions are qualified, and operators have operands of their own types, so that nobody who may create in a namespace that is
 * searched can put others in their place.
 */
export function revokeFromOthers(table: RelationName): string {
  const name = literal(qualified(table))
  const body = sql`
    declare
      granted record;
    begin
      for granted in
        select distinct
          own.oid::regclass as name,
          case privilege.grantee when 0::oid then 'public' else privilege.grantee::regrole::text end as grantee
        from (
          select ${name}::regclass::oid as oid
          union all
          select pg_catalog.pg_get_serial_sequence(${name}, attname)::regclass::oid
          from pg_catalog.pg_attribute
          where attrelid = ${name}::regclass::oid and attnum > 0 and not attisdropped
        ) as own
        join pg_catalog.pg_class as relation on relation.oid = own.oid
        cross join lateral (
          select grantee from pg_catalog.aclexplode(relation.relacl)
          union all
          select acl.grantee
          from pg_catalog.pg_attribute, pg_catalog.aclexplode(attacl) as acl
          where attrelid = relation.oid
        ) as privilege
        where privilege.grantee <> relation.relowner
      loop
        execute pg_catalog.format('revoke all on table %s from %s cascade', granted.name, granted.grantee);
      end loop;
    end`
  return `do ${dollarQuoted(body)}`
}

/** Identity columns need no privilege on their sequences. */
function grantSequences(table: RelationName, writers: readonly Grant[]): string {
  const name = literal(qualified(table))
  const roles = writers.map(({ role }) => identifier(role)).join(', ')
  const body = sql`
    declare
      serial regclass;
    begin
      for serial in
        select pg_catalog.pg_get_serial_sequence(${name}, attname)::regclass
        from pg_catalog.pg_attribute
        where attrelid = ${name}::regclass::oid and attnum > 0 and not attisdropped and attidentity = ''
      loop
        continue when serial is null;
        execute pg_catalog.format('grant usage on sequence %s to %s', serial, ${literal(roles)});
      end loop;
    end`
  return `do ${dollarQuoted(body)}`
}
