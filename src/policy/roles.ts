import type { Policy, RoleMembership, RoleName, SchemaModel } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'

/** Whether a policy speaks to anybody who acts for a tenant. */
export function reachesTenants(model: SchemaModel, tenancy: Tenancy, policy: Policy): boolean {
  return policy.roles.some((role) => actsForTenants(model, tenancy, role))
}

/**
 * Any role may act for a tenant, but for those that row security doesn't bind anyway, those of declared system tasks, and
 * those that exist to own definer functions; unless an app role is a member of it, for policies reach members.
 */
export function actsForTenants(model: SchemaModel, tenancy: Tenancy, role: RoleName): boolean {
  if (role === 'public' || tenancy.appRoles.includes(role)) return true
  const isApart =
    isExempt(model, role) ||
    tenancy.systemTasks.some((task) => task.role === role) ||
    ownsDefinerOnly(model, role)
  return !isApart || tenancy.appRoles.some((appRole) => isMember(model, appRole, role, new Set()))
}

/** Whether row security doesn't bind the role: a superuser, or one with BYPASSRLS. */
export function isExempt(model: SchemaModel, role: RoleName): boolean {
  const known = model.roles.get(role)
  return known !== undefined && (known.superuser || known.bypassRowSecurity)
}

/**
 * A role without login and without members that owns a SECURITY DEFINER function: nobody can act as it otherwise. Who created it is its
 * administrator from PostgreSQL 16, which by itself is not to act as it.
 */
function ownsDefinerOnly(model: SchemaModel, role: RoleName): boolean {
  if (model.roles.get(role)?.login !== false) return false
  for (const { role: granted, inherit, set } of model.roleMemberships.values()) {
    if (granted === role && (inherit !== false || set)) return false
  }
  for (const routine of model.routines.values()) {
    if (routine.securityDefiner && routine.owner === role) return true
  }
  return false
}

function isMember(model: SchemaModel, member: RoleName, role: RoleName, seen: Set<RoleName>): boolean {
  seen.add(member)
  for (const membership of model.roleMemberships.values()) {
    if (membership.member !== member || seen.has(membership.role)) continue
    if (
      lendsRights(model, membership) &&
      (membership.role === role || isMember(model, membership.role, role, seen))
    )
      return true
  }
  return false
}

/** Whether the member has the rights of the role without SET ROLE. */
export function lendsRights(model: SchemaModel, { member, inherit }: RoleMembership): boolean {
  return inherit ?? model.roles.get(member)?.inherit ?? true
}

/** The roles that the application uses: as declared, or else those that policies name and that act for tenants. */
export function appRolesOf(model: SchemaModel, tenancy: Tenancy): RoleName[] {
  if (tenancy.appRoles.length > 0) return [...tenancy.appRoles]
  const named = new Set<RoleName>()
  for (const { policies } of model.relations.values()) {
    for (const { roles } of policies) for (const role of roles) named.add(role)
  }
  return [...named].filter((role) => role !== 'public' && actsForTenants(model, tenancy, role)).sort()
}
