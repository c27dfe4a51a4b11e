import type { Blueprint, RelationName } from '../blueprint.ts'
import { identifier, qualified } from '../names.ts'
import { membershipSql } from './membership-sql.ts'
import type { TenancyOptions } from './options.ts'
import { callers } from './roles.ts'
import { tenantSequence } from './tables.ts'

/**
 * What the roles may do with the tables of the tenancy: everybody of it reads tenants and memberships, the owner of the functions alone writes
 * them and the log, and changes no key.
 *
 *     grant select on public.memberships to app_user
 *     grant select, insert, update (role, accepted_at, revoked_at, invited_by) on public.memberships to app_context
 */
export function grantTables(blueprint: Blueprint, options: TenancyOptions): readonly string[] {
  const { tenants, memberships, accessLog } = blueprint
  const owner = identifier(blueprint.functionOwner)
  const { role, acceptedAt, revokedAt, invitedBy } = membershipSql(blueprint, options)
  const changed = [role, acceptedAt, revokedAt, invitedBy].filter((column) => column !== null)
  const further = memberships.revokedAt === null ? ', delete' : ''
  return [
    grantRead(blueprint, tenants),
    `grant select, insert on ${qualified(tenants)} to ${owner}`,
    ...(blueprint.keyType === 'bigint'
      ? [`grant usage on sequence ${qualified(tenantSequence(blueprint))} to ${owner}`]
      : []),
    grantRead(blueprint, memberships),
    `grant select, insert, update (${changed.join(', ')})${further} on ${qualified(memberships)} to ${owner}`,
    `grant select, insert on ${qualified(accessLog)} to ${owner}`,
  ]
}

function grantRead(blueprint: Blueprint, table: RelationName): string {
  return `grant select on ${qualified(table)} to ${callers(blueprint).map(identifier).join(', ')}`
}

/** The namespaces of the tenancy and of its tables; everybody may use `public` anyway. */
export function namespacesOf(blueprint: Blueprint, tables: readonly RelationName[]): readonly string[] {
  const all = [blueprint.contextNamespace, ...tables.map(({ namespace }) => namespace)]
  return [...new Set(all)].filter((namespace) => namespace !== 'public')
}

/** `grant usage on schema app to app_context, app_user` */
export function grantNamespace(blueprint: Blueprint, namespace: string): string {
  return `grant usage on schema ${identifier(namespace)} to ${users(blueprint)}`
}

export function revokeNamespace(blueprint: Blueprint, namespace: string): string {
  return `revoke usage on schema ${identifier(namespace)} from ${users(blueprint)}`
}

function users(blueprint: Blueprint): string {
  return [blueprint.functionOwner, ...callers(blueprint)].map(identifier).join(', ')
}
