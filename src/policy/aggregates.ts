import type { FuncCall, Node, SelectStmt } from 'libpg-query'
import type { SchemaModel } from '../model/schema-model.ts'
import { as, strings, walk } from '../sql/node.ts'
import { unwrap } from './unwrap.ts'

/** PostgreSQL's own aggregates, those aside that only WITHIN GROUP makes known. */
const aggregates: ReadonlySet<string> = new Set([
  ...[
    'any_value',
    'array_agg',
    'avg',
    'bit_and',
    'bit_or',
    'bit_xor',
    'bool_and',
    'bool_or',
    'corr',
    'count',
  ],
  ...['covar_pop', 'covar_samp', 'every', 'json_agg', 'json_agg_strict', 'json_object_agg'],
  ...['json_object_agg_strict', 'json_object_agg_unique', 'json_object_agg_unique_strict', 'jsonb_agg'],
  ...['jsonb_agg_strict', 'jsonb_object_agg', 'jsonb_object_agg_strict', 'jsonb_object_agg_unique'],
  ...['jsonb_object_agg_unique_strict', 'max', 'min', 'range_agg', 'range_intersect_agg', 'regr_avgx'],
  ...[
    'regr_avgy',
    'regr_count',
    'regr_intercept',
    'regr_r2',
    'regr_slope',
    'regr_sxx',
    'regr_sxy',
    'regr_syy',
  ],
  ...[
    'stddev',
    'stddev_pop',
    'stddev_samp',
    'string_agg',
    'sum',
    'var_pop',
    'var_samp',
    'variance',
    'xmlagg',
  ],
])

/** Aggregates that are never null: of no rows they give 0. */
const counting: ReadonlySet<string> = new Set(['count', 'regr_count'])

/** Aggregates whose result is one or more of the values that they are given. */
const choosing: ReadonlySet<string> = new Set(['any_value', 'array_agg', 'max', 'min'])

/** The name of the built-in aggregate that a value is a call of. */
export function aggregateName(node: Node): string | undefined {
  const call = as(unwrap(node), 'FuncCall')
  const name = strings(call?.funcname).at(-1)
  return name !== undefined && call?.over === undefined && aggregates.has(name) ? name : undefined
}

/** Whether the value is a count of rows. */
export function isCount(node: Node): boolean {
  return aggregateName(node) === 'count'
}

/** Whether it is an aggregate that is null of no rows. */
export function isNullOfNoRows(node: Node): boolean {
  const name = aggregateName(node)
  return name !== undefined && !counting.has(name)
}

/** The value that an aggregate picks among, else the value itself. */
export function chosenValue(node: Node): Node {
  const name = aggregateName(node)
  if (name === undefined || !choosing.has(name)) return node
  return as(unwrap(node), 'FuncCall')?.args?.[0] ?? node
}

/** Whether the query gives a row whatever it reads: an aggregate without GROUP BY and HAVING. */
export function alwaysHasRow(select: SelectStmt): boolean {
  const { groupClause, havingClause, targetList } = select
  return groupClause === undefined && havingClause === undefined && aggregatesIn(targetList, isBuiltIn)
}

/** Whether the query may give a row although none meets its conditions: an aggregate, HAVING, an empty grouping set. */
export function mayHaveRowOfNone(model: SchemaModel, select: SelectStmt): boolean {
  const { groupClause, havingClause, targetList } = select
  if (groupClause !== undefined) return groupClause.some((item) => as(item, 'GroupingSet') !== undefined)
  return (
    havingClause !== undefined || aggregatesIn(targetList, (name) => isBuiltIn(name) || isOwn(model, name))
  )
}

/** Whether a list of result columns holds a call of an aggregate, subqueries left out. */
function aggregatesIn(targets: readonly Node[] | undefined, isAggregate: (name: string) => boolean): boolean {
  let found = false
  walk(targets, (kind, value: unknown) => {
    if (kind === 'JsonObjectAgg' || kind === 'JsonArrayAgg') found = true
    if (kind === 'FuncCall') {
      const call = value as FuncCall
      found ||=
        call.over === undefined && (isMarked(call) || isAggregate(strings(call.funcname).at(-1) ?? ''))
    }
    return !found && kind !== 'SubLink'
  })
  return found
}

/** Written as only an aggregate can be. */
function isMarked({ agg_star, agg_distinct, agg_filter, agg_order, agg_within_group }: FuncCall): boolean {
  return [agg_star, agg_distinct, agg_filter, agg_order, agg_within_group].some((mark) => Boolean(mark))
}

function isBuiltIn(name: string): boolean {
  return aggregates.has(name)
}

function isOwn(model: SchemaModel, name: string): boolean {
  for (const routine of model.routines.values()) {
    if (routine.kind === 'aggregate' && routine.name === name) return true
  }
  return false
}
