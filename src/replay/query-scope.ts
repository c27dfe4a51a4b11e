import type { CommonTableExpr, JoinExpr, Node, RangeVar, SelectStmt, WithClause } from 'libpg-query'
import { as, strings } from '../sql/node.ts'
import { findRelation } from './names.ts'
import { cteOf, derivedItem, itemOf, outputColumns, type RangeItem, type Scope } from './scope.ts'
import type { State } from './state.ts'

/** The clauses of SELECT, INSERT, UPDATE, DELETE and MERGE that say what their names mean. */
export interface Query {
  readonly withClause?: WithClause
  readonly targetList?: Node[]
  readonly fromClause?: Node[]
  readonly usingClause?: Node[]
  readonly relation?: RangeVar
  readonly sourceRelation?: Node
}

type Columns = readonly string[] | null

/** What the names of a query mean inside it. */
export function queryScope(state: State, query: Query, outer: Scope | null): Scope {
  const ctes = withScope(state, query.withClause, outer, () => undefined)?.ctes ?? new Map()
  const scope: Scope = { items: [], ctes, outer }
  const sources = [...(query.fromClause ?? []), ...(query.usingClause ?? [])]
  if (query.sourceRelation !== undefined) sources.push(query.sourceRelation)
  const items = sources.flatMap((source) => rangeItems(state, source, scope))
  const target = query.relation
  return { ...scope, items: target === undefined ? items : [relationItem(state, target, null), ...items] }
}

/**
 * The scope with the common table expressions of a WITH; `visit` is shown each with what it may refer to itself:
 * those before it, and with RECURSIVE all.
 */
export function withScope(
  state: State,
  clause: WithClause | undefined,
  outer: Scope | null,
  visit: (cte: CommonTableExpr, scope: Scope) => void,
): Scope {
  const ctes = new Map<string, Columns>()
  const scope: Scope = { items: [], ctes, outer }
  const expressions = (clause?.ctes ?? []).flatMap((node) => as(node, 'CommonTableExpr') ?? [])
  if (clause?.recursive) {
    for (const { ctename, aliascolnames } of expressions) {
      ctes.set(ctename ?? '', aliascolnames === undefined ? null : strings(aliascolnames))
    }
  }
  for (const cte of expressions) {
    visit(cte, scope)
    const named = strings(cte.aliascolnames)
    const columns = queryColumns(state, as(cte.ctequery, 'SelectStmt'), scope)
    ctes.set(cte.ctename ?? '', columns?.map((column, at) => named[at] ?? column) ?? null)
  }
  return scope
}

/** The names of the columns that a query gives; null where they can't be told. */
export function queryColumns(state: State, query: SelectStmt | undefined, outer: Scope | null): Columns {
  if (query === undefined) return null
  const scope = queryScope(state, query, outer)
  if (query.larg !== undefined) return queryColumns(state, query.larg, { ...scope, items: [] })
  const row = as(query.valuesLists?.[0], 'List')?.items
  if (row !== undefined) return row.map((_, at) => `column${at + 1}`)
  return outputColumns(query.targetList, scope)
}

function rangeItems(state: State, node: Node, scope: Scope): RangeItem[] {
  const range = as(node, 'RangeVar')
  if (range !== undefined) return [relationItem(state, range, scope)]
  const join = as(node, 'JoinExpr')
  if (join !== undefined) return joinItems(state, join, scope)
  const sample = as(node, 'RangeTableSample')
  if (sample?.relation !== undefined) return rangeItems(state, sample.relation, scope)
  const subselect = as(node, 'RangeSubselect')
  if (subselect !== undefined) {
    const columns = queryColumns(state, as(subselect.subquery, 'SelectStmt'), scope)
    return [derivedItem(null, subselect.alias, columns)]
  }
  const alias = (as(node, 'RangeFunction') ?? as(node, 'RangeTableFunc') ?? as(node, 'JsonTable'))?.alias
  return [derivedItem(null, alias, null)]
}

/** `scope` null: the target of a writing statement, which a common table expression can't be. */
function relationItem(state: State, range: RangeVar, scope: Scope | null): RangeItem {
  const columns = cteOf(scope, range)
  if (columns !== undefined) return derivedItem(range.relname ?? null, range.alias, columns)
  const relation = findRelation(state, range)
  return relation === undefined
    ? derivedItem(range.relname ?? null, range.alias, null)
    : itemOf(relation, range.alias)
}

function joinItems(state: State, join: JoinExpr, scope: Scope): RangeItem[] {
  const left = join.larg === undefined ? [] : rangeItems(state, join.larg, scope)
  const right = join.rarg === undefined ? [] : rangeItems(state, join.rarg, scope)
  const columnsOf = (items: RangeItem[]) => items.flatMap(({ columns }) => columns ?? [])
  const shared = join.isNatural ? columnsOf(left) : strings(join.usingClause)
  const merged = right.map((item) => ({
    ...item,
    merged: [...item.merged, ...shared.filter((name) => item.columns?.includes(name))],
  }))
  const items = [...left, ...merged]
  if (join.alias === undefined) return items
  const known = items.every(({ columns }) => columns !== null)
  return [derivedItem(null, join.alias, known ? columnsOf(items) : null)]
}
