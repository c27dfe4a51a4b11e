import type { RoleMembership, RoleName, SchemaModel } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { isExempt, lendsRights } from './roles.ts'

/** A role that another one can act as, or whose rights it has. */
export interface Reach {
  readonly role: RoleName
  /** Whether it can become the current role, by SET ROLE; else it only lends its rights. Attributes are never lent. */
  readonly becomes: boolean
  /** The memberships that lead there, the first being that of the role that was asked about. */
  readonly path: readonly [RoleMembership, ...RoleMembership[]]
}

/**
 * Every other role that the role can act as or has the rights of. Who may administer a membership may give himself the
 * options that it lacks, so that ADMIN counts as SET.
 */
export function reachOf(model: SchemaModel, role: RoleName): Reach[] {
  const reached = new Map<RoleName, Reach>()
  const pending: { role: RoleName; becomes: boolean; path: readonly RoleMembership[] }[] = [
    { role, becomes: true, path: [] },
  ]
  for (let from = pending.shift(); from !== undefined; from = pending.shift()) {
    for (const membership of membershipsOf(model, from.role)) {
      const becomes = (membership.set && from.becomes) || membership.admin
      const known = reached.get(membership.role)
      const isNews = known === undefined || (becomes && !known.becomes)
      if (membership.role === role || !isNews || !(becomes || lendsRights(model, membership))) continue
      const next = { role: membership.role, becomes, path: append(from.path, membership) }
      reached.set(membership.role, next)
      pending.push(next)
    }
  }
  return [...reached.values()].sort((a, b) => (a.role < b.role ? -1 : 1))
}

function append(path: readonly RoleMembership[], last: RoleMembership): Reach['path'] {
  const [first, ...rest] = path
  return first === undefined ? [last] : [first, ...rest, last]
}

function membershipsOf({ roleMemberships }: SchemaModel, member: RoleName): RoleMembership[] {
  return [...roleMemberships.values()].filter((membership) => membership.member === member)
}

/**
 * The logins by which an application that has a role without one connects: those that may act as it. Whom row security doesn't bind anyway
 * is none, and neither is who was only let to administer the role, as whoever created it is. A platform has logins of its own.
 */
export function loginsOf(model: SchemaModel, { appRoles, platform }: Tenancy): RoleName[] {
  if (platform !== null) return []
  return [...model.roles.values()]
    .filter(({ name, login }) => login && !appRoles.includes(name) && !isExempt(model, name))
    .filter(({ name }) => actsAs(model, name, new Set(appRoles)))
    .map(({ name }) => name)
    .sort()
}

function actsAs(model: SchemaModel, login: RoleName, roles: ReadonlySet<RoleName>): boolean {
  return reachOf(model, login).some(({ role, path }) => {
    const isUsed = path.every((membership) => membership.set || lendsRights(model, membership))
    return isUsed && roles.has(role)
  })
}
