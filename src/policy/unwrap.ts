import type { Node, SelectStmt } from 'libpg-query'
import { as, strings } from '../sql/node.ts'

/** What stands in a cast, a COLLATE or a bare `(select x)`: they change neither what a value is nor where it comes from. */
export function unwrap(node: Node): Node {
  let inner = node
  for (;;) {
    const next =
      as(inner, 'TypeCast')?.arg ?? as(inner, 'CollateClause')?.arg ?? bareTarget(scalarSelect(inner))
    if (next === undefined) return inner
    inner = next
  }
}

/** The query of `(select ...)` as a value. */
export function scalarSelect(node: Node): SelectStmt | undefined {
  const link = as(node, 'SubLink')
  return link?.subLinkType === 'EXPR_SUBLINK' ? as(link.subselect, 'SelectStmt') : undefined
}

/** The one value of a SELECT that reads nothing. */
export function bareTarget(select: SelectStmt | undefined): Node | undefined {
  if (select === undefined || !readsNothing(select) || select.whereClause !== undefined) return undefined
  const targets = select.targetList ?? []
  return targets.length === 1 ? as(targets[0], 'ResTarget')?.val : undefined
}

/** A plain SELECT without FROM: it has one row, or none where its WHERE is not true. */
export function readsNothing(select: SelectStmt): boolean {
  return (
    select.fromClause === undefined &&
    select.larg === undefined &&
    select.valuesLists === undefined &&
    select.withClause === undefined &&
    select.groupClause === undefined &&
    select.havingClause === undefined &&
    select.limitCount === undefined &&
    select.limitOffset === undefined
  )
}

/** The operator's name, its namespace left out: `=`, `->>`. */
export function operatorOf(names: readonly Node[] | undefined): string {
  return strings(names).at(-1) ?? ''
}

const aggregates: ReadonlySet<string> = new Set([
  'array_agg',
  'bool_and',
  'bool_or',
  'count',
  'every',
  'json_agg',
  'jsonb_agg',
  'max',
  'min',
  'string_agg',
  'sum',
])

export function aggregateName(node: Node): string | undefined {
  const call = as(node, 'FuncCall')
  const name = strings(call?.funcname).at(-1)
  return name !== undefined && call?.over === undefined && aggregates.has(name) ? name : undefined
}

/** Whether the query gives exactly one row whatever it reads: an aggregate without GROUP BY. */
export function alwaysHasRow(select: SelectStmt): boolean {
  return (
    select.groupClause === undefined &&
    select.havingClause === undefined &&
    select.larg === undefined &&
    (select.targetList ?? []).some((target) => {
      const value = as(target, 'ResTarget')?.val
      return value !== undefined && aggregateName(unwrap(value)) !== undefined
    })
  )
}
