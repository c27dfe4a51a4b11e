import type { Node } from 'libpg-query'
import type { Constraint } from '../model/schema-model.ts'
import type { Bindings } from './bindings.ts'
import { foreignKeys } from './category.ts'
import { isCertainUser } from './context-value.ts'
import type { Source } from './query-scope.ts'
import { isUserColumn } from './user-columns.ts'

/** A source whose rows are to be tied: the policy's own row under a clause, or a row that a subquery reads. */
export interface Row {
  readonly source: Source
  readonly bindings: Bindings
  readonly mode: 'using' | 'withCheck' | 'read'
}

/** Columns of two sources that a query says are equal. */
export type Pair = readonly [string, string]

/**
 * Whether the comparison of this column with the user says whose row it is. Not on a table that has a tenant key: a user
 * may have left the tenant, or name any tenant in a row that he writes.
 */
export function mayTieUser({ source, bindings, mode }: Row, column: string, user: Node): boolean {
  const { category, users, ids, hasTenant } = bindings
  const isUser = users.includes(column)
  switch (mode) {
    case 'read':
      return isUser || isCertainUser(user) || (source.relation === null && isUserColumn(column))
    case 'using':
      if (category === 'tenant') return isUser && ids.includes(column)
      return isUser || (category === 'tenants' && isCertainUser(user))
    case 'withCheck':
      if (category === 'tenants') return isUser || isCertainUser(user)
      return isUser && (category === 'users' || (category === 'child' && !hasTenant))
  }
}

/** Whether a row belongs to whom a tied row belongs to, where these columns are equal. */
export function isLinked(row: Row, tied: Row, pairs: readonly Pair[]): boolean {
  const { keys, ids, parents, category } = row.bindings
  if (pairs.length === 0) return false
  if (tied.source.call !== null) return pairs.some(([own]) => keys.includes(own) || ids.includes(own))
  if (pairs.some(([own, other]) => keys.includes(own) && tied.bindings.keys.includes(other))) return true
  if (category === 'tenant' || category === 'memberships') {
    return parents.some((key) => refersTo(key, tied.source) && findsRow(key, tied.source, pairs))
  }
  const tiedKeys = tied.source.relation === null ? [] : foreignKeys(tied.source.relation)
  return (
    parents.some((key) => refersTo(key, tied.source) && coversKey(key, pairs)) ||
    tiedKeys.some(
      (key) =>
        refersTo(key, row.source) &&
        coversKey(
          key,
          pairs.map(([own, other]) => [other, own]),
        ),
    ) ||
    parents.some((key) => tiedKeys.some((other) => haveSameTarget(key, other, pairs)))
  )
}

function refersTo({ references }: Constraint, { relation }: Source): boolean {
  return relation !== null && references?.relation === relation.id
}

/** The pairs join the foreign key with the columns that it refers to. */
function coversKey({ columns, references }: Constraint, pairs: readonly Pair[]): boolean {
  return columns.every((column, at) =>
    pairs.some(([own, other]) => own === column && other === references?.columns[at]),
  )
}

/** The pairs find the one row that the foreign key refers to; its other columns are equal by the foreign key itself. */
function findsRow(
  { columns, references }: Constraint,
  { relation }: Source,
  pairs: readonly Pair[],
): boolean {
  const joined = columns.flatMap((column, at) => {
    const target = references?.columns[at]
    return target !== undefined && pairs.some(([own, other]) => own === column && other === target)
      ? [target]
      : []
  })
  return (relation?.constraints ?? []).some(
    ({ kind, columns: unique }) =>
      (kind === 'primary-key' || kind === 'unique') && unique.every((column) => joined.includes(column)),
  )
}

/** Both rows refer to the same row of a third table. */
function haveSameTarget(one: Constraint, other: Constraint, pairs: readonly Pair[]): boolean {
  return (
    one.references?.relation === other.references?.relation &&
    one.columns.length === other.columns.length &&
    one.columns.every((column, at) =>
      pairs.some(([left, right]) => left === column && right === other.columns[at]),
    )
  )
}
