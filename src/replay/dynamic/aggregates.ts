import type { FuncCall, Node } from 'libpg-query'
import { as, strings } from '../../sql/node.ts'
import type { Evaluator, RowScope } from './expression.ts'
import { concatenated, outputText } from './format.ts'
import type { Combination } from './from.ts'
import { order, textOf, truthOf, unknown, type Value } from './value.ts'

const names: ReadonlySet<string> = new Set([
  ...['count', 'array_agg', 'string_agg', 'bool_or', 'bool_and', 'every', 'min', 'max', 'sum', 'avg'],
  ...['json_agg', 'jsonb_agg', 'json_object_agg', 'jsonb_object_agg'],
])

export function isAggregate({ funcname, over }: FuncCall): boolean {
  const parts = strings(funcname)
  const isBuiltIn = parts.length === 1 || parts[0] === 'pg_catalog'
  return isBuiltIn && over === undefined && names.has(parts.at(-1) ?? '')
}

/** An expression over all rows of a query: aggregates, and what is made of them. */
export function aggregate(
  evaluator: Evaluator,
  node: Node,
  rows: readonly Combination[],
  scope: RowScope,
): Value {
  return evaluator.withAggregates(node, scope, (call) => valueOfCall(evaluator, call, rows))
}

function valueOfCall(evaluator: Evaluator, call: FuncCall, rows: readonly Combination[]): Value {
  const name = strings(call.funcname).at(-1) ?? ''
  const { args = [], agg_distinct, agg_order, agg_filter } = call
  if (agg_filter !== undefined || rows.some(({ isDoubtful }) => isDoubtful)) return unknown
  const isCertain = rows.every(({ isSure }) => isSure)
  const [first, second] = args
  const items = rows.map(({ scope }) => evaluator.value(first, scope))
  const truths = items.map(truthOf)
  switch (name) {
    case 'count':
      if (!isCertain || agg_distinct) return unknown
      if (call.agg_star) return rows.length
      return items.some((item) => outputText(item) === null)
        ? unknown
        : items.filter((item) => item !== null).length
    case 'bool_or':
      if (truths.some((truth, at) => truth === true && rows[at]?.isSure)) return true
      return isCertain && !truths.includes(undefined) ? (items.length === 0 ? null : false) : unknown
    case 'bool_and':
    case 'every':
      if (truths.some((truth, at) => truth === false && rows[at]?.isSure)) return false
      return isCertain && !truths.includes(undefined) ? (items.length === 0 ? null : true) : unknown
  }
  if (!isCertain || agg_distinct) return unknown
  const arranged = agg_order === undefined ? items : inOrder(evaluator, call, rows, items)
  if (arranged === undefined) return unknown
  if (name === 'array_agg') return arranged.length === 0 ? null : arranged
  const present = arranged.filter((item) => item !== null)
  if (name === 'string_agg') {
    if (present.length === 0) return null
    const separator = second === undefined ? '' : textOf(evaluator.value(second, rows[0]?.scope ?? null))
    const texts = present.flatMap((item, at) => {
      const text = outputText(item) ?? null
      return at === 0 ? [text] : [separator ?? null, text]
    })
    return concatenated(texts)
  }
  if (name === 'min' || name === 'max') return extremeOf(present, name === 'max')
  return unknown
}

function inOrder(
  evaluator: Evaluator,
  { agg_order = [] }: FuncCall,
  rows: readonly Combination[],
  items: readonly Value[],
): readonly Value[] | undefined {
  const sort = as(agg_order[0], 'SortBy')
  if (agg_order.length !== 1 || sort?.node === undefined) return undefined
  const keyed = items.map((item, at) => ({ item, key: evaluator.value(sort.node, rows[at]?.scope ?? null) }))
  let isKnown = true
  keyed.sort((left, right) => {
    const difference = order(left.key, right.key)
    if (difference === undefined) isKnown = false
    return (difference ?? 0) * (sort.sortby_dir === 'SORTBY_DESC' ? -1 : 1)
  })
  return isKnown ? keyed.map(({ item }) => item) : undefined
}

function extremeOf(items: readonly Value[], isGreatest: boolean): Value {
  return items.reduce((best: Value, item) => {
    if (best === null) return item
    const difference = order(item, best)
    if (difference === undefined) return unknown
    return difference > 0 === isGreatest ? item : best
  }, null)
}
