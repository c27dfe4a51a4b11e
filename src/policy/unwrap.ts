import type { Node, SelectStmt, TypeName } from 'libpg-query'
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

/** The same, but for casts that make different values equal (`::char(1)`, `::boolean`): undefined where one is met. */
export function unwrapExact(node: Node): Node | undefined {
  let inner = node
  for (;;) {
    const cast = as(inner, 'TypeCast')
    if (cast?.typeName !== undefined && isLossy(cast.typeName)) return undefined
    const next = cast?.arg ?? as(inner, 'CollateClause')?.arg ?? bareTarget(scalarSelect(inner))
    if (next === undefined) return inner
    inner = next
  }
}

const lossyTypes: ReadonlySet<string> = new Set([
  ...['bool', 'char', 'date', 'float4', 'float8', 'money', 'time', 'timetz'],
])

const uuidLength = 36

/** A type into which ids don't fit whole: it rounds, or it cuts off what is longer than it says. */
function isLossy({ names, typmods }: TypeName): boolean {
  if (lossyTypes.has(strings(names).at(-1) ?? '')) return true
  return (typmods ?? []).some((typmod) => (as(typmod, 'A_Const')?.ival?.ival ?? 0) < uuidLength)
}

/** The query of `(select ...)` as a value. */
export function scalarSelect(node: Node): SelectStmt | undefined {
  const link = as(node, 'SubLink')
  return link?.subLinkType === 'EXPR_SUBLINK' ? as(link.subselect, 'SelectStmt') : undefined
}

/** What a plain SELECT gives, column by column. */
export function targetsOf(select: SelectStmt): Node[] {
  return (select.targetList ?? []).flatMap((target) => as(target, 'ResTarget')?.val ?? [])
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

/** The operator's name: bare for PostgreSQL's own (`=`, `->>`), with its namespace where another is written. */
export function operatorOf(names: readonly Node[] | undefined): string {
  const [namespace, ...rest] = strings(names)
  return (namespace === 'pg_catalog' ? rest : [namespace, ...rest]).join('.')
}
