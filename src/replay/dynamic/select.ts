import type { Node, SelectStmt } from 'libpg-query'
import { figureColumnName } from '../../sql/column-name.ts'
import { as, strings, walk } from '../../sql/node.ts'
import { aggregate, isAggregate } from './aggregates.ts'
import type { Evaluator, RowScope } from './expression.ts'
import { type Combination, combinations, renamed } from './from.ts'
import { isSetReturning, setOf } from './set-functions.ts'
import { distinct, distinctRows, limited, type SortedRow, sorted } from './sorting.ts'
import { possibleRow, type SourceRow } from './sources/rows.ts'
import { Row, RowSet, unknown, type Value } from './value.ts'

/** The rows of a query, as far as they can be told: a row that is not sure stands for any number of them. */
export interface Rows {
  readonly rows: readonly SourceRow[]
  /** Whether the query says in which order. */
  readonly isOrdered: boolean
}

export const anyRows: Rows = { rows: [possibleRow({})], isOrdered: false }

export function select(evaluator: Evaluator, query: SelectStmt, outer: RowScope | null): Rows {
  const { unsure } = evaluator.around
  const scope = withQueries(evaluator, query, outer)
  if (query.larg !== undefined || query.rarg !== undefined) return combined(evaluator, query, scope)
  if (query.valuesLists !== undefined) return listed(evaluator, query, scope)
  const { fromClause = [], whereClause, targetList = [], groupClause, havingClause } = query
  unsure?.([...uncertainParts(fromClause), whereClause, groupClause?.[0], havingClause])
  const found = combinations(evaluator, fromClause, whereClause, scope)
  const hasAggregates = targetList.some(containsAggregate)
  if (groupClause !== undefined || havingClause !== undefined || query.windowClause !== undefined) {
    unsure?.(targetList)
    const names = targetList.map(nameOf)
    return { rows: [possibleRow(Object.fromEntries(names.map((name) => [name, unknown])))], isOrdered: false }
  }
  if (hasAggregates) {
    unsure?.(targetList)
    return { rows: [aggregated(evaluator, targetList, found, scope)], isOrdered: true }
  }
  if (
    query.limitCount !== undefined ||
    query.limitOffset !== undefined ||
    query.distinctClause !== undefined
  ) {
    unsure?.(targetList)
  }
  const rows = found.flatMap((each) => outputRows(evaluator, targetList, each))
  return limited(evaluator, query, sorted(evaluator, query, distinct(query, rows)), scope)
}

/** Conditions and functions of an item of FROM, of which it is not known how often they are evaluated. */
function conditionsOf(item: Node): (Node | undefined)[] {
  const join = as(item, 'JoinExpr')
  if (join === undefined) return [item]
  return [
    join.quals,
    ...[join.larg, join.rarg].flatMap((each) => (each === undefined ? [] : conditionsOf(each))),
  ]
}

/** A function that stands alone in FROM is called once. */
function uncertainParts(from: readonly Node[]): (Node | undefined)[] {
  const [only] = from
  return from.length === 1 && as(only, 'RangeFunction') !== undefined ? [] : from.flatMap(conditionsOf)
}

function withQueries(evaluator: Evaluator, { withClause }: SelectStmt, outer: RowScope | null): RowScope {
  const ctes = new Map<string, Rows>()
  const scope: RowScope = { items: [], ctes, outer }
  for (const node of withClause?.ctes ?? []) {
    const { ctename = '', ctequery, aliascolnames } = as(node, 'CommonTableExpr') ?? {}
    const query = as(ctequery, 'SelectStmt')
    evaluator.around.unsure?.([ctequery])
    const rows = query === undefined || withClause?.recursive ? anyRows : select(evaluator, query, scope)
    ctes.set(ctename, renamed(rows, strings(aliascolnames)))
  }
  return scope
}

function combined(evaluator: Evaluator, query: SelectStmt, scope: RowScope): Rows {
  const { larg, rarg, op, all } = query
  evaluator.around.unsure?.([{ SelectStmt: larg ?? {} }, { SelectStmt: rarg ?? {} }])
  if (larg === undefined || rarg === undefined || op !== 'SETOP_UNION') return anyRows
  const left = select(evaluator, larg, scope)
  const names = [...(left.rows[0]?.row.fields.keys() ?? [])]
  const right = renamed(select(evaluator, rarg, scope), names)
  const rows = [...left.rows, ...right.rows].map((each) => ({ ...each, scope }))
  const kept = all ? rows : distinctRows(rows)
  return limited(evaluator, query, sorted(evaluator, query, kept), scope)
}

function listed(evaluator: Evaluator, query: SelectStmt, scope: RowScope): Rows {
  const rows = (query.valuesLists ?? []).map((list): SortedRow => {
    const values = evaluator.values(as(list, 'List')?.items ?? [], scope)
    const fields = new Map(values.map((value, at) => [`column${at + 1}`, value]))
    return { row: new Row(fields, false), isSure: true, isDoubtful: false, scope }
  })
  const ordered = limited(evaluator, query, sorted(evaluator, query, rows), scope)
  return { ...ordered, isOrdered: true }
}

function containsAggregate(target: Node): boolean {
  let found = false
  walk(target, (kind, value) => {
    if (kind === 'FuncCall' && isAggregate(value)) found = true
    return kind !== 'SubLink'
  })
  return found
}

function aggregated(
  evaluator: Evaluator,
  targets: readonly Node[],
  found: readonly Combination[],
  scope: RowScope,
): SourceRow {
  const fields = targets.map((target): [string, Value] => {
    const value = as(target, 'ResTarget')?.val
    return [nameOf(target), value === undefined ? unknown : aggregate(evaluator, value, found, scope)]
  })
  return { row: new Row(new Map(fields), false), isSure: true, isDoubtful: false }
}

function nameOf(target: Node): string {
  const { name, val } = as(target, 'ResTarget') ?? {}
  return name ?? (val && figureColumnName(val)) ?? '?column?'
}

/** One row, or several where the target list has a function that gives several values. */
function outputRows(evaluator: Evaluator, targets: readonly Node[], found: Combination): SortedRow[] {
  const { scope, isSure, isDoubtful } = found
  const before = evaluator.isSure
  evaluator.isSure = before && isSure
  const { value: columns, isDoubtful: rests } = evaluator.apart(() =>
    targets.map((target) => outputColumn(evaluator, target, scope)),
  )
  evaluator.isSure = before
  const unclear = columns.some(({ values }) => values === undefined)
  const count = Math.max(0, ...columns.map(({ values, isSet }) => (isSet ? (values?.length ?? 1) : 1)))
  const isOpen = columns.some((column) => column.isOpen)
  const length = columns.some(({ isSet }) => isSet) ? count : 1
  return Array.from({ length }, (_, at) => {
    const fields = new Map<string, Value>()
    for (const { name, values, isSet, fields: star } of columns) {
      for (const [key, value] of star ?? []) fields.set(unused(fields, key), value)
      if (star === null)
        fields.set(unused(fields, name), values === undefined ? unknown : (values[isSet ? at : 0] ?? null))
    }
    return {
      row: new Row(fields, isOpen),
      isSure: isSure && !unclear,
      isDoubtful: isDoubtful || rests,
      scope,
    }
  })
}

/** Columns of one name are kept apart, for INTO takes them by position. */
function unused(fields: ReadonlyMap<string, Value>, name: string): string {
  let free = name
  while (fields.has(free)) free += ' '
  return free
}

interface OutputColumn {
  readonly name: string
  /** Undefined where it is a set that can't be told. */
  readonly values: readonly Value[] | undefined
  readonly isSet: boolean
  /** Of a star. */
  readonly fields: readonly (readonly [string, Value])[] | null
  readonly isOpen: boolean
}

function outputColumn(evaluator: Evaluator, target: Node, scope: RowScope): OutputColumn {
  const value = as(target, 'ResTarget')?.val
  const names = as(value, 'ColumnRef')?.fields ?? []
  const last = names.at(-1)
  if (last !== undefined && as(last, 'A_Star') !== undefined) {
    const alias = strings(names.slice(0, -1)).at(-1)
    const items = scope.items.filter((item) => alias === undefined || item.alias === alias)
    const variable =
      items.length === 0 && alias !== undefined ? evaluator.around.variables?.read([alias]) : undefined
    const rows = variable instanceof Row ? [variable] : items.map(({ row }) => row)
    return {
      name: '',
      values: [],
      isSet: false,
      fields: rows.flatMap((row) => [...row.fields]),
      isOpen: rows.length === 0 || rows.some((row) => row.isOpen),
    }
  }
  const isSet = value !== undefined && isSetReturning(value)
  const given = value === undefined || isSet ? unknown : evaluator.value(value, scope)
  if (given instanceof RowSet) {
    const isKnown = given.rows.every((row) => row.isSure && !row.isDoubtful)
    const items = given.rows.map(({ row }) =>
      row.fields.size === 1 ? ([...row.fields.values()][0] ?? null) : row,
    )
    return {
      name: nameOf(target),
      values: isKnown ? items : undefined,
      isSet: true,
      fields: null,
      isOpen: false,
    }
  }
  const values = isSet ? setOf(evaluator, value, scope) : [given]
  return { name: nameOf(target), values, isSet, fields: null, isOpen: false }
}
