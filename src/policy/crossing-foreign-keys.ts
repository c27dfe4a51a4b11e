import type { Constraint, ForeignKeyTarget, Relation, SchemaModel } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { foreignKeys, tenantKeyOf } from './category.ts'
import type { Isolation } from './isolation.ts'

/** A foreign key between two tables that both have the tenant key, which doesn't say that the keys are the same. */
export interface CrossingForeignKey {
  readonly constraint: Constraint
  readonly target: ForeignKeyTarget
  readonly parent: Relation
  readonly key: string
  readonly parentKey: string
}

export function crossingForeignKeys(
  model: SchemaModel,
  tenancy: Tenancy,
  isolation: Isolation,
  relation: Relation,
): readonly CrossingForeignKey[] {
  const key = tenantKeyOf(model, tenancy, relation)
  if (key === null || relation.partitionOf !== null) return []
  const enforced = foreignKeys(relation).filter((constraint) => constraint.enforced)
  return enforced.flatMap((constraint) => {
    const target = constraint.references
    const parent = target === null ? undefined : model.relations.get(target.relation)
    if (target === null || parent === undefined || !isolation.holdsTenantRows(parent)) return []
    const parentKey = tenantKeyOf(model, tenancy, parent)
    if (parentKey === null) return []
    const isTied = enforced.some((other) => tiesKeys(other, constraint, target, [key, parentKey]))
    return isTied ? [] : [{ constraint, target, parent, key, parentKey }]
  })
}

/** Whether a foreign key refers to the same rows by the same columns, and says that the tenant keys are the same. */
function tiesKeys(
  { columns, references }: Constraint,
  of: Constraint,
  target: ForeignKeyTarget,
  keys: readonly [string, string],
): boolean {
  const pairs = of.columns.map((column, at) => [column, target.columns[at]] as const)
  return (
    references?.relation === target.relation &&
    [...pairs, keys].every(([own, other]) =>
      columns.some((column, at) => column === own && references.columns[at] === other),
    )
  )
}

/** Whether a foreign key may refer to these columns together, in any order. */
export function areUniqueTogether({ indexes }: Relation, columns: readonly string[]): boolean {
  return indexes.some(
    ({ unique, keys, predicate }) =>
      unique &&
      predicate === null &&
      keys.length === columns.length &&
      columns.every((column) => keys.includes(column)),
  )
}
