import type {
  Expression,
  Index,
  Policy,
  PolicyCommand,
  Relation,
  RelationId,
  Routine,
  SchemaModel,
  UnmodelledStatement,
} from './schema-model.ts'

/** The relations that a check is to look at, sorted by id. */
export function examinedRelations(model: SchemaModel): Relation[] {
  const { focus, relations } = model
  const examined =
    focus === null
      ? [...relations.values()]
      : [...focus.relations].map((id) => relations.get(id)).filter((relation) => relation !== undefined)
  return examined.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The routines that a check is to look at: all where a privilege or a role has moved, for who may call one hangs on these. */
export function examinedRoutines(model: SchemaModel): Routine[] {
  const { focus, routines } = model
  const examined =
    focus === null || focus.cluster
      ? [...routines.values()]
      : [...focus.routines].map((id) => routines.get(id)).filter((routine) => routine !== undefined)
  return examined.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The unmodelled statements that a check is to look at, in the order of the history. */
export function examinedUnmodelled(model: SchemaModel): UnmodelledStatement[] {
  const { focus, unmodelled } = model
  return focus === null
    ? [...unmodelled.values()]
    : [...focus.unmodelled].map((key) => unmodelled.get(key)).filter((statement) => statement !== undefined)
}

/** Whether rows live in it and row security applies: a table or a partitioned table, not a temporary one. */
export function isTable(relation: Relation): boolean {
  return (
    (relation.kind === 'table' || relation.kind === 'partitioned-table') &&
    relation.persistence !== 'temporary'
  )
}

/** The policies that speak on a command: its own and those FOR ALL. */
export function policiesFor(relation: Relation, command: Exclude<PolicyCommand, 'all'>): Policy[] {
  return relation.policies.filter((policy) => policy.command === command || policy.command === 'all')
}

/**
 * The expression that new rows must satisfy. Where WITH CHECK was not written PostgreSQL uses USING
 * (`CREATE POLICY`, "with_check"); the one place where that fallback stands.
 */
export function effectiveWithCheck(policy: Policy): Expression | null {
  return policy.withCheck ?? policy.using
}

/** Which clauses a command admits: ALL and UPDATE both, SELECT and DELETE USING, INSERT WITH CHECK. */
export function admittedClauses(command: PolicyCommand): { using: boolean; withCheck: boolean } {
  return { using: command !== 'insert', withCheck: command !== 'select' && command !== 'delete' }
}

/** The partitioned table at the top of a partition tree, or the relation itself. */
export function partitionRoot(model: SchemaModel, relation: Relation): Relation {
  if (relation.partitionOf === null) return relation
  const seen = new Set<RelationId>()
  let root = relation
  while (root.partitionOf !== null && !seen.has(root.id)) {
    seen.add(root.id)
    const parent = model.relations.get(root.partitionOf)
    if (parent === undefined) break
    root = parent
  }
  return root
}

/** Whether the index can serve a search by these columns: they are its first keys, in any order. */
export function indexLeadsWith(index: Index, columns: readonly string[]): boolean {
  const leading = index.keys.slice(0, columns.length)
  return index.predicate === null && columns.every((column) => leading.includes(column))
}
