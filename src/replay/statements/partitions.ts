import type { PartitionSpec } from 'libpg-query'
import type {
  Column,
  Constraint,
  Index,
  PartitionKey,
  Relation,
  RelationId,
} from '../../model/schema-model.ts'
import { as } from '../../sql/node.ts'
import { bindExpression } from '../bind.ts'
import type { StatementContext } from '../context.ts'
import { chooseConstraintName, clipIdentifier } from '../generated-names.ts'
import { columnWith, constraintWith, relationWith } from '../records.ts'
import { parentsOf } from '../relation-map.ts'
import { withColumnSet } from './columns.ts'
import { copyIndex, isSameIndex } from './indexes.ts'

const strategies = {
  PARTITION_STRATEGY_LIST: 'list',
  PARTITION_STRATEGY_RANGE: 'range',
  PARTITION_STRATEGY_HASH: 'hash',
} as const

export function partitionKey(
  context: StatementContext,
  relation: Relation,
  spec: PartitionSpec,
): PartitionKey {
  return {
    strategy: strategies[spec.strategy ?? 'PARTITION_STRATEGY_RANGE'],
    keys: (spec.partParams ?? []).map((node) => {
      const { name = '', expr } = as(node, 'PartitionElem') ?? {}
      return expr === undefined ? name : bindExpression(context, expr, relation)
    }),
  }
}

/** The relation with what it takes over from a parent when it is made: columns and CHECK constraints. */
export function withInherited(relation: Relation, parent: Relation, how: 'partition' | 'inherits'): Relation {
  const columns = [...relation.columns]
  for (const column of parent.columns) {
    const at = columns.findIndex(({ name }) => name === column.name)
    const present = columns[at]
    if (present === undefined) columns.push(inheritedColumn(column, how))
    else columns[at] = columnWith(present, { notNull: present.notNull || column.notNull })
  }
  const checks = parent.constraints.filter(
    ({ kind, name, noInherit }) =>
      kind === 'check' && !noInherit && !relation.constraints.some((own) => own.name === name),
  )
  return relationWith(relation, { columns, constraints: [...relation.constraints, ...checks] })
}

/** A partition counts with its parent's identity; an inheritor doesn't. */
function inheritedColumn(column: Column, how: 'partition' | 'inherits'): Column {
  return columnWith(column, { inherited: true, identity: how === 'partition' ? column.identity : null })
}

/** What a partition gets of its parent's besides columns: keys, indexes, foreign keys and row triggers. */
export function copyToPartition(context: StatementContext, parent: Relation, partition: Relation): Relation {
  for (const index of parent.indexes) {
    const constraint = parent.constraints.find((candidate) => candidate.index === index.name)
    copyIndexToPartition(context, partition.id, index, constraint)
  }
  for (const constraint of parent.constraints) {
    if (constraint.kind === 'foreign-key') copyForeignKey(context, partition.id, constraint)
  }
  const { relations } = context.state
  const now = relations.get(partition.id) ?? partition
  const rowTriggers = parent.triggers.filter(
    ({ forEachRow, name }) => forEachRow && !now.triggers.some((own) => own.name === name),
  )
  if (rowTriggers.length === 0) return now
  const changed = relationWith(now, { triggers: [...now.triggers, ...rowTriggers] })
  context.state.put(changed)
  return changed
}

/** Passes an index of a partitioned table, and the constraint before it, down to all partitions. */
export function copyIndexToPartitions(
  context: StatementContext,
  parent: RelationId,
  index: Index,
  constraint: Constraint | undefined,
): void {
  for (const partition of context.state.relations.partitionsOf(parent)) {
    copyIndexToPartition(context, partition.id, index, constraint)
  }
}

/** An equal index that the partition has already is taken for it. */
function copyIndexToPartition(
  context: StatementContext,
  id: RelationId,
  index: Index,
  constraint: Constraint | undefined,
): void {
  const { state } = context
  const partition = state.relations.get(id)
  if (partition === undefined || partition.kind === 'foreign-table') return
  const serves = partition.indexes.some(
    (own) =>
      isSameIndex(own, index) &&
      partition.constraints.find((candidate) => candidate.index === own.name)?.kind === constraint?.kind,
  )
  if (serves) return
  const copy = copyIndex(context, partition, index, constraint)
  copyIndexToPartitions(context, id, copy.index, copy.constraint)
}

/** A foreign key keeps its name in a partition unless the partition has a constraint of that name. */
function copyForeignKey(context: StatementContext, id: RelationId, constraint: Constraint): void {
  const { state } = context
  const partition = state.relations.get(id)
  if (partition === undefined || partition.constraints.some((own) => isSameForeignKey(own, constraint)))
    return
  const taken = partition.constraints.some(({ name }) => name === constraint.name)
  const columns = clipIdentifier(constraint.columns.join('_'))
  const name = taken
    ? chooseConstraintName(state, partition.namespace, partition.name, columns, 'fkey')
    : constraint.name
  const copy = constraintWith(constraint, { name })
  state.put(relationWith(partition, { constraints: [...partition.constraints, copy] }))
  for (const below of state.relations.partitionsOf(id)) copyForeignKey(context, below.id, copy)
}

function isSameForeignKey(a: Constraint, b: Constraint): boolean {
  const facts = ({ kind, columns, references }: Constraint) => JSON.stringify([kind, columns, references])
  return facts(a) === facts(b)
}

/** Passes a constraint that was added to a relation down to its partitions and inheritors. */
export function passDownConstraint(
  context: StatementContext,
  parent: Relation,
  constraint: Constraint,
): void {
  const { state } = context
  switch (constraint.kind) {
    case 'check':
      if (constraint.noInherit) return
      for (const child of state.relations.childrenOf(parent.id)) {
        if (child.constraints.some(({ name }) => name === constraint.name)) continue
        const changed = relationWith(child, { constraints: [...child.constraints, constraint] })
        state.put(changed)
        passDownConstraint(context, changed, constraint)
      }
      return
    case 'foreign-key':
      for (const { id } of state.relations.partitionsOf(parent.id)) copyForeignKey(context, id, constraint)
      return
    default: {
      const index = parent.indexes.find(({ name }) => name === constraint.index)
      if (index !== undefined) copyIndexToPartitions(context, parent.id, index, constraint)
    }
  }
}

/** ATTACH PARTITION. */
export function attachPartition(context: StatementContext, parent: Relation, partition: Relation): void {
  if (refusesChild(context, parent, partition)) return
  if (partition.partitionOf !== null) {
    context.unmodelled(`${partition.id} is a partition of ${partition.partitionOf} already`, [partition.id])
    return
  }
  const merged = withParentColumns(partition, parent, true)
  const attached = relationWith(merged, {
    partitionOf: parent.id,
    origin: { how: 'attached', from: [parent.id], replaces: partition.origin?.replaces ?? null },
  })
  context.state.put(attached)
  copyToPartition(context, parent, attached)
}

/** ALTER TABLE ... INHERIT. */
export function addParent(context: StatementContext, child: Relation, parent: Relation): void {
  if (refusesChild(context, parent, child)) return
  if (child.inherits.includes(parent.id)) {
    context.unmodelled(`${child.id} inherits from ${parent.id} already`, [child.id])
    return
  }
  const from = [...child.inherits, parent.id]
  const origin = { how: 'inherits', from, replaces: child.origin?.replaces ?? null } as const
  context.state.put(relationWith(withParentColumns(child, parent, false), { inherits: from, origin }))
}

/** Reports what the server refuses: a parent that is the child itself or below it, a child without a column of the parent. */
function refusesChild(context: StatementContext, parent: Relation, child: Relation): boolean {
  if (context.state.relations.comesFrom(parent.id, child.id)) {
    context.unmodelled(`${parent.id} is or comes from ${child.id}, so it cannot be its parent`, [child.id])
    return true
  }
  const missing = parent.columns.find(({ name }) => !child.columns.some((own) => own.name === name))
  if (missing === undefined) return false
  context.unmodelled(`${child.id} lacks the column "${missing.name}" of ${parent.id}`, [child.id])
  return true
}

/** Columns of a table that joins a parent: those of a partition count as inherited, those of an inheritor stay its own. */
function withParentColumns(child: Relation, parent: Relation, partition: boolean): Relation {
  const columns = child.columns.map((column) => {
    const above = parent.columns.find(({ name }) => name === column.name)
    if (above === undefined || !partition) return column
    return columnWith(column, { inherited: true, identity: above.identity })
  })
  return relationWith(child, { columns })
}

/** DETACH PARTITION and NO INHERIT: what no other parent has is the child's own from now on. */
export function removeParent(context: StatementContext, child: Relation, parent: RelationId): void {
  if (!parentsOf(child).includes(parent)) {
    context.unmodelled(`${child.id} is no child of ${parent}`, [child.id])
    return
  }
  const { state } = context
  const isPartition = child.partitionOf === parent
  const left = relationWith(child, {
    partitionOf: isPartition ? null : child.partitionOf,
    inherits: child.inherits.filter((id) => id !== parent),
  })
  const others = parentsOf(left).flatMap((id) => state.relations.get(id)?.columns ?? [])
  const owned = left.columns.filter(
    ({ name, inherited }) => inherited && !others.some((o) => o.name === name),
  )
  const changed = owned.reduce(
    (relation, column) =>
      withColumnSet(
        relation,
        columnWith(column, { inherited: false, identity: isPartition ? null : column.identity }),
      ),
    left,
  )
  const parentTriggers = state.relations.get(parent)?.triggers ?? []
  const triggers = isPartition
    ? changed.triggers.filter((trigger) => !parentTriggers.some((above) => isCopyOf(trigger, above)))
    : changed.triggers
  state.put(relationWith(changed, { triggers }))
}

/** A copy keeps the place of what it was copied from. */
function isCopyOf(
  copy: { readonly name: string; readonly source: unknown },
  original: { readonly name: string; readonly source: unknown },
): boolean {
  return copy.source === original.source
}
