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
export function expressionsOf(relation: ExpressionParts): OwnExpression[] {
  const found: OwnExpression[] = []
  const add = (holder: OwnExpression['holder'], name: string, expression: Expression | string | null) => {
    if (expression !== null && typeof expression !== 'string') found.push({ holder, name, expression })
  }
  for (const column of relation.columns) add('column', column.name, column.default)
  for (const { name, expression } of relation.constraints) add('constraint', name, expression)
  for (const { name, keys, predicate } of relation.indexes) {
    for (const key of keys) add('index', name, key)
    add('index', name, predicate)
  }
  for (const { name, using, withCheck } of relation.policies) {
    add('policy', name, using)
    add('policy', name, withCheck)
  }
  for (const key of relation.partitionBy?.keys ?? []) add('partition key', relation.name, key)
  if (relation.view !== null) add('view', relation.name, relation.view.query)
  return found
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
