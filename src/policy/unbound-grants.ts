import type { Grant, Relation, RoleName } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { Isolation } from './isolation.ts'

/** The roles of Supabase whose statements its API writes: it sends neither TRUNCATE nor what defines objects. */
const apiRoles: readonly RoleName[] = ['anon', 'authenticated']

/** A table with rows of tenants, and who else than its owner holds a privilege on it that row security doesn't bind. */
export interface UnboundGrant {
  readonly relation: Relation
  readonly role: RoleName
  readonly grant: Grant
}

/** Grants of a privilege to roles that act for tenants, each role once. */
export function unboundGrants(
  tables: Iterable<Relation>,
  tenancy: Tenancy,
  isolation: Isolation,
  privilege: 'truncate' | 'references',
): readonly UnboundGrant[] {
  const found: UnboundGrant[] = []
  for (const relation of tables) {
    const grants = relation.grants.filter((grant) => grant.privilege === privilege)
    if (grants.length === 0 || !isolation.holdsTenantRows(relation)) continue
    for (const role of [...new Set(grants.map(({ grantee }) => grantee))].sort()) {
      const grant = grants.find(({ grantee }) => grantee === role)
      const isOfApi = tenancy.platform === 'supabase' && apiRoles.includes(role)
      if (grant === undefined || role === relation.owner || isOfApi || !isolation.actsForTenants(role))
        continue
      found.push({ relation, role, grant })
    }
  }
  return found
}
