import type { IndexElem, Node } from 'libpg-query'
import type { Constraint, Index, Relation } from '../../model/schema-model.ts'
import { figureColumnName } from '../../sql/column-name.ts'
import { printExpression } from '../../sql/expression.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as } from '../../sql/node.ts'
import { bindExpression } from '../bind.ts'
import type { StatementContext } from '../context.ts'
import { chooseRelationName, columnsInName } from '../generated-names.ts'
import { constraintWith, indexWith, relationWith } from '../records.ts'

/** Whether two indexes serve the same: all but the name and the place where they were set. */
export function isSameIndex(a: Index, b: Index): boolean {
  return a.unique === b.unique && a.method === b.method && printed(a) === printed(b)
}

function printed({ keys, included, predicate }: Index): string {
  const parts = [...keys, '', ...included, predicate ?? '']
  return JSON.stringify(parts.map((part) => (typeof part === 'string' ? part : [printExpression(part)])))
}

/** Puts an index on a relation and into the names of its namespace; returns the relation as it is then. */
export function putIndex(context: StatementContext, relation: Relation, index: Index): Relation {
  const { state } = context
  const present = state.relations.get(relation.id) ?? relation
  const changed = relationWith(present, { indexes: [...present.indexes, index] })
  state.put(changed)
  state.indexes.set(displayId(relation.namespace, index.name), relation.id)
  return changed
}

/** Gives a relation an index equal to another's, and the constraint that stands before it, under generated names. */
export function copyIndex(
  context: StatementContext,
  relation: Relation,
  original: Index,
  constraint: Constraint | undefined,
): { relation: Relation; index: Index; constraint: Constraint | undefined } {
  const { state } = context
  const label = constraint === undefined ? 'idx' : indexLabels[constraint.kind]
  const nameParts = label === 'pkey' ? null : nameOfColumns(original)
  const name = chooseRelationName(state, relation.namespace, relation.name, nameParts, label)
  const index = indexWith(original, { name })
  const changed = putIndex(context, relation, index)
  if (constraint === undefined) return { relation: changed, index, constraint }
  const copy = constraintWith(constraint, { name, index: name, source: original.source })
  const constrained = relationWith(changed, { constraints: [...changed.constraints, copy] })
  state.put(constrained)
  return { relation: constrained, index, constraint: copy }
}

/** What ends the generated name of the index behind a constraint. */
export const indexLabels = {
  'primary-key': 'pkey',
  unique: 'key',
  exclude: 'excl',
  check: 'idx',
  'foreign-key': 'idx',
} as const

export function indexElements(nodes: readonly Node[] | undefined): IndexElem[] {
  return (nodes ?? []).map((node) => as(node, 'IndexElem') ?? {})
}

export function indexKey(
  context: StatementContext,
  relation: Relation,
  { name, expr }: IndexElem,
): Index['keys'][number] {
  return expr === undefined ? (name ?? '') : bindExpression(context, expr, relation)
}

/** The share of its columns in the generated name of an index: `tenant_id_lower` for (tenant_id, lower(name)). */
export function nameOfColumns({ keys, included }: Pick<Index, 'keys' | 'included'>): string {
  const names = keys.map((key) => (typeof key === 'string' ? key : (figureColumnName(key) ?? 'expr')))
  return columnsInName([...names, ...included])
}

export function columnNames(elements: readonly IndexElem[]): string[] {
  return elements.flatMap(({ name }) => name ?? [])
}
