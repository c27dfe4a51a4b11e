import type { Node, SelectStmt } from 'libpg-query'
import { as, strings } from '../sql/node.ts'
import { typeName } from './names.ts'
import { queryScope } from './query-scope.ts'
import { findRoutines } from './routine-names.ts'
import { type RangeItem, resolveColumn, type Scope, starColumns, starItems } from './scope.ts'
import type { State } from './state.ts'

/** The type of a column that can't be told without PostgreSQL's own type inference. */
export const unknownType = 'unknown'

/** The types of the columns that a query gives, in the order of `queryColumns`; `unknown` where only the server can tell. */
export function queryTypes(state: State, query: SelectStmt, outer: Scope | null = null): string[] {
  const scope = queryScope(state, query, outer)
  if (query.larg !== undefined) {
    const inner = { ...scope, items: [] }
    const right = query.rarg === undefined ? [] : queryTypes(state, query.rarg, inner)
    return queryTypes(state, query.larg, inner).map((type, at) => (type === right[at] ? type : unknownType))
  }
  const row = as(query.valuesLists?.[0], 'List')?.items
  if (row !== undefined) return row.map((value) => expressionType(state, value, scope))
  return (query.targetList ?? []).flatMap((target) => {
    const value = as(target, 'ResTarget')?.val
    const star = starItems(value, scope)
    return star === undefined ? [expressionType(state, value, scope)] : star.flatMap(starTypes)
  })
}

function starTypes(item: RangeItem): string[] {
  return (starColumns(item) ?? []).map((name) => {
    const at = item.columns?.indexOf(name) ?? -1
    return item.relation?.columns[at]?.type ?? unknownType
  })
}

function expressionType(state: State, node: Node | undefined, scope: Scope): string {
  const cast = as(node, 'TypeCast')?.typeName
  if (cast !== undefined) return typeName(state, cast)
  const ref = as(node, 'ColumnRef')
  if (ref !== undefined) {
    const found = resolveColumn(scope, ref)
    return found?.relation.columns.find(({ name }) => name === found.column)?.type ?? unknownType
  }
  const call = as(node, 'FuncCall')
  if (call !== undefined) {
    const [routine, ...others] = findRoutines(state, strings(call.funcname))
    return others.length === 0 ? (routine?.returns ?? unknownType) : unknownType
  }
  const constant = as(node, 'A_Const')
  if (constant?.sval !== undefined) return 'text'
  if (constant?.boolval !== undefined) return 'boolean'
  if (constant?.ival !== undefined) return 'integer'
  if (constant?.fval !== undefined) return 'numeric'
  return as(node, 'SubLink')?.subLinkType === 'EXISTS_SUBLINK' ? 'boolean' : unknownType
}
