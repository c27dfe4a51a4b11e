import type { Expression, Index, Relation } from '../model/schema-model.ts'

/** An expression of a relation's record, and the finest object that holds it. */
export interface OwnExpression {
  readonly holder: 'column' | 'constraint' | 'index' | 'policy' | 'view' | 'partition key'
  /** The holder's name; the relation's own for a view or partition key. */
  readonly name: string
  readonly expression: Expression
}

/** The parts of a relation's record that hold expressions. */
export type ExpressionParts = Pick<
  Relation,
  'name' | 'columns' | 'constraints' | 'indexes' | 'policies' | 'partitionBy' | 'view'
>

/** Every expression that a relation's record holds. */
export function* expressionsOf(relation: ExpressionParts): Generator<OwnExpression> {
  for (const { name, default: expression } of relation.columns) {
    if (expression !== null) yield { holder: 'column', name, expression }
  }
  for (const { name, expression } of relation.constraints) {
    if (expression !== null) yield { holder: 'constraint', name, expression }
  }
  for (const { name, keys, predicate } of relation.indexes) {
    for (const key of keys) if (typeof key !== 'string') yield { holder: 'index', name, expression: key }
    if (predicate !== null) yield { holder: 'index', name, expression: predicate }
  }
  for (const { name, using, withCheck } of relation.policies) {
    if (using !== null) yield { holder: 'policy', name, expression: using }
    if (withCheck !== null) yield { holder: 'policy', name, expression: withCheck }
  }
  for (const key of relation.partitionBy?.keys ?? []) {
    if (typeof key !== 'string') yield { holder: 'partition key', name: relation.name, expression: key }
  }
  if (relation.view !== null) yield { holder: 'view', name: relation.name, expression: relation.view.query }
}

/**
 * The relation with each of its expressions changed; the same object where none does. `own`: expressions that see the
 * relation's columns; a view's query doesn't.
 */
export function mapExpressions(
  relation: Relation,
  change: (expression: Expression, own: boolean) => Expression,
): Relation {
  const optional = (expression: Expression | null) => (expression === null ? null : change(expression, true))
  const keys = (list: Index['keys']) =>
    mapShared(list, (key) => (typeof key === 'string' ? key : change(key, true)))
  const { partitionBy, view } = relation
  return assign(relation, {
    columns: mapShared(relation.columns, (column) => assign(column, { default: optional(column.default) })),
    constraints: mapShared(relation.constraints, (constraint) =>
      assign(constraint, { expression: optional(constraint.expression) }),
    ),
    indexes: mapShared(relation.indexes, (index) =>
      assign(index, { keys: keys(index.keys), predicate: optional(index.predicate) }),
    ),
    policies: mapShared(relation.policies, (policy) =>
      assign(policy, { using: optional(policy.using), withCheck: optional(policy.withCheck) }),
    ),
    partitionBy: partitionBy && assign(partitionBy, { keys: keys(partitionBy.keys) }),
    view: view && assign(view, { query: change(view.query, false) }),
  })
}

/** The list with each item changed; the same list where none does. */
export function mapShared<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const copy = items.map(change)
  return copy.every((item, at) => item === items[at]) ? items : copy
}

/** The record with these fields; the same object where they are what they were. */
export function assign<T extends object>(record: T, fields: Partial<T>): T {
  const keys = Object.keys(fields) as (keyof T)[]
  return keys.every((key) => record[key] === fields[key]) ? record : { ...record, ...fields }
}
