import type { Constraint, Relation, SchemaModel } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { type Category, categoryOf, foreignKeys, isolated, tenantKeyOf, usersTables } from './category.ts'
import { isUserColumn } from './user-columns.ts'

/** By which columns a row of a relation is tied to a tenant or a user. */
export interface Bindings {
  readonly category: Category
  /** They hold the tenant's id. */
  readonly keys: readonly string[]
  /** They hold a user's id. */
  readonly users: readonly string[]
  /** They name the row, or (where it has no tenant key) one row of a table that is isolated itself. */
  readonly ids: readonly string[]
  /** Foreign keys that scope the row; where it has a tenant key, which decides, those alone that have it too. */
  readonly parents: readonly Constraint[]
  /** Whether a tenant stands above it, and not only a user. */
  readonly hasTenant: boolean
}

/** `category`: what the relation is to the tenants, or is to be taken for. */
export function bindingsOf(
  model: SchemaModel,
  tenancy: Tenancy,
  relation: Relation,
  category: Category = categoryOf(model, tenancy, relation),
): Bindings {
  const tenantKey = tenantKeyOf(model, tenancy, relation)
  const primaryKey = singlePrimaryKey(relation)
  const referring = foreignKeys(relation)
  const single = referring.filter(({ columns }) => columns.length === 1)
  const users = usersTables(model, tenancy)
  const toUsers = single.filter(({ references }) => users.includes(references?.relation ?? ''))
  const toTenants = single.filter(({ references }) => references?.relation === tenancy.tenants)
  const decides = category === 'tenant' || category === 'memberships'
  const parents = referring.filter(({ columns, references }) => {
    const at = tenantKey === null ? -1 : columns.indexOf(tenantKey)
    if (decides && (at < 0 || columns.length === 1)) return false
    const target = model.relations.get(references?.relation ?? '')
    if (target === undefined || !isolated.has(categoryOf(model, tenancy, target))) return false
    return !decides || references?.columns[at] === tenantKeyOf(model, tenancy, target)
  })
  const keys =
    category === 'tenants'
      ? primaryKey
      : decides && tenantKey !== null
        ? [tenantKey]
        : toTenants.flatMap(({ columns }) => columns)
  return {
    category,
    keys,
    users: unique([
      ...toUsers.flatMap(({ columns }) => columns),
      ...relation.columns.filter(({ name }) => isUserColumn(name)).map(({ name }) => name),
      ...(tenancy.memberships?.relation === relation.id ? [tenancy.memberships.userKey] : []),
      ...(category === 'users' ? primaryKey : []),
    ]),
    ids: unique([
      ...primaryKey,
      ...parents
        .filter(
          ({ columns, references }) => columns.length === 1 && !users.includes(references?.relation ?? ''),
        )
        .flatMap(({ columns }) => columns),
    ]),
    parents,
    hasTenant: parents.some(({ references }) => !users.includes(references?.relation ?? '')),
  }
}

/** Those of a row of which nothing is known but what its columns are called. */
export function unknownBindings(tenantKey: string): Bindings {
  return { category: 'uncategorised', keys: [tenantKey], users: [], ids: [], parents: [], hasTenant: false }
}

function singlePrimaryKey(relation: Relation): string[] {
  const key = relation.constraints.find(({ kind }) => kind === 'primary-key')
  return key?.columns.length === 1 ? [...key.columns] : []
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
