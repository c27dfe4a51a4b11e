import { policiesFor } from '../model/questions.ts'
import type { Relation, RelationId, SchemaModel } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { Isolation } from './isolation.ts'
import { isExempt } from './roles.ts'

/**
 * The tables with rows of tenants that a view reads with the rights of an owner, its own or that of a view that it reads. Below a
 * view with security_invoker tables are read with the rights of whoever asks, wherever that view is read from.
 */
export function tenantTablesReadAsOwner(
  model: SchemaModel,
  isolation: Isolation,
  view: Relation,
): readonly Relation[] {
  return tenantTablesBelow(model, isolation, view, (read) => read.view?.securityInvoker === false)
}

/** The tables with rows of tenants that a materialized view is filled from, through whatever views: its owner asks. */
export function tenantTablesCopied(
  model: SchemaModel,
  isolation: Isolation,
  view: Relation,
): readonly Relation[] {
  return tenantTablesBelow(model, isolation, view, () => true)
}

function tenantTablesBelow(
  model: SchemaModel,
  isolation: Isolation,
  view: Relation,
  passes: (view: Relation) => boolean,
): readonly Relation[] {
  const tables: Relation[] = []
  const seen = new Set<RelationId>([view.id])
  const pending = [view]
  for (let from = pending.shift(); from !== undefined; from = pending.shift()) {
    if (!passes(from)) continue
    for (const id of from.view?.reads ?? []) {
      const relation = seen.has(id) ? undefined : model.relations.get(id)
      if (relation === undefined) continue
      seen.add(id)
      if (relation.view !== null) pending.push(relation)
      else if (isolation.holdsTenantRows(relation)) tables.push(relation)
    }
  }
  return tables
}

/**
 * Whether row security binds the owner of a view on a table that it reads, by policies that speak to him and that are judged like
 * those of anybody. What is not known of him counts against it.
 */
export function isOwnerBound(
  model: SchemaModel,
  isolation: Isolation,
  { owner }: Relation,
  table: Relation,
): boolean {
  if (owner === null || !model.roles.has(owner) || isExempt(model, owner)) return false
  const isFiltered = table.rowSecurityEnabled && table.rowSecurityForced
  const speakToHim = policiesFor(table, 'select').some(
    ({ permissive, roles }) => permissive && (roles.includes('public') || roles.includes(owner)),
  )
  return isFiltered && speakToHim && isolation.actsForTenants(owner)
}

/**
 * Whether anybody who acts for a tenant may use it. Where nothing is granted and no roles of the application are declared, the
 * application is taken for the owner.
 */
export function isOpenToTenants({ appRoles }: Tenancy, isolation: Isolation, relation: Relation): boolean {
  const { owner, grants } = relation
  if (owner !== null && appRoles.includes(owner)) return true
  if (grants.length === 0) return appRoles.length === 0
  return grants.some(({ grantee }) => isolation.actsForTenants(grantee))
}
