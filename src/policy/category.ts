import { partitionRoot } from '../model/questions.ts'
import type { Constraint, Provenance, Relation, RelationId, SchemaModel } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { isBookkeeping } from './bookkeeping.ts'

/**
 * What a relation is to the tenants. `tenant`: has the tenant key. `child`: reaches a tenant or a user through foreign
 * keys. `global`: shared, declared with a reason, and without the tenant key. `system`: no tenant ever sees it. `tenants`, `memberships`, `users`: the
 * tables that say who the tenants are, and whose users. `uncategorised`: none of these.
 */
export type Category =
  | 'tenant'
  | 'child'
  | 'global'
  | 'system'
  | 'tenants'
  | 'memberships'
  | 'users'
  | 'uncategorised'

/** Where the users of Supabase are. */
const supabaseUsers = 'auth.users'

/** A partition has the category of the table that it is a part of. */
export function categoryOf(model: SchemaModel, tenancy: Tenancy, relation: Relation): Category {
  return categoryOfRoot(model, tenancy, partitionRoot(model, relation), new Set())
}

function categoryOfRoot(
  model: SchemaModel,
  tenancy: Tenancy,
  relation: Relation,
  seen: Set<RelationId>,
): Category {
  const { id } = relation
  const isKeyed = tenantKeyOf(model, tenancy, relation) !== null
  if (!isKeyed && isDeclaredGlobal(tenancy, relation)) return 'global'
  if (tenancy.systemTables.includes(id)) return 'system'
  if (tenancy.tenants === id) return 'tenants'
  if (tenancy.memberships?.relation === id) return 'memberships'
  if (isKeyed) return 'tenant'
  if (isBookkeeping(relation)) return 'system'
  if (usersTables(model, tenancy).includes(id)) return 'users'
  seen.add(id)
  const isChild = foreignKeys(relation).some(({ references }) => {
    const target = references === null ? undefined : model.relations.get(references.relation)
    if (target === undefined) return references !== null && isAnchor(model, tenancy, references.relation)
    const root = partitionRoot(model, target)
    return !seen.has(root.id) && isolated.has(categoryOfRoot(model, tenancy, root, seen))
  })
  return isChild ? 'child' : 'uncategorised'
}

/** What has the tenant key holds rows of tenants, under whatever name, and is judged as such. */
export function isDeclaredGlobal(tenancy: Tenancy, { id }: Relation): boolean {
  return tenancy.globalTables.some((table) => table.relation === id)
}

/** Categories whose rows belong to somebody. */
export const isolated: ReadonlySet<Category> = new Set(['tenant', 'child', 'tenants', 'memberships', 'users'])

/** A table that the history refers to and never creates, and that the declaration names. */
function isAnchor(model: SchemaModel, tenancy: Tenancy, id: RelationId): boolean {
  return (
    id === tenancy.tenants || id === tenancy.memberships?.relation || usersTables(model, tenancy).includes(id)
  )
}

/** The column of the relation that names the tenant, or null where it has none. */
export function tenantKeyOf(model: SchemaModel, tenancy: Tenancy, relation: Relation): string | null {
  const key = expectedTenantKey(model, tenancy, relation)
  return relation.columns.some(({ name }) => name === key) ? key : null
}

/** The column that would name the tenant, whether the relation has it or not. */
export function expectedTenantKey(model: SchemaModel, tenancy: Tenancy, relation: Relation): string {
  const { id } = partitionRoot(model, relation)
  if (tenancy.memberships?.relation === id) return tenancy.memberships.tenantKey
  return tenancy.tenantKeys[id] ?? tenancy.tenantKey
}

/** The tables whose rows are users: what the user column of the memberships refers to, and the platform's own. */
export function usersTables(model: SchemaModel, tenancy: Tenancy): readonly RelationId[] {
  const { memberships } = tenancy
  const found = tenancy.platform === 'supabase' ? [supabaseUsers] : []
  const relation = memberships === null ? undefined : model.relations.get(memberships.relation)
  if (relation === undefined || memberships === null) return found
  for (const { columns, references } of foreignKeys(relation)) {
    if (
      references !== null &&
      columns.includes(memberships.userKey) &&
      !columns.includes(memberships.tenantKey)
    ) {
      found.push(references.relation)
    }
  }
  return found
}

export function foreignKeys(relation: Relation): Constraint[] {
  return relation.constraints.filter(({ kind }) => kind === 'foreign-key')
}

/** Whether the declaration, or its default, asks for the relation's namespace to be protected. */
export function isGuarded(model: SchemaModel, tenancy: Tenancy, relation: Relation): boolean {
  const { guardedNamespaces } = tenancy
  if (guardedNamespaces !== null) return guardedNamespaces.includes(relation.namespace)
  if (relation.namespace === 'public') return true
  const namespace = model.namespaces.get(relation.namespace)
  return namespace === undefined || !isOfPlatform(tenancy, namespace.source)
}

/** Whether the platform brought it: its objects stand in a file that is named like it. */
export function isOfPlatform(tenancy: Tenancy, source: Provenance | null): boolean {
  return source !== null && source.file === tenancy.platform
}

/** A table that must be protected, and what it is to the tenants. */
export interface GuardedTable {
  readonly relation: Relation
  readonly category: Exclude<Category, 'system'>
}
