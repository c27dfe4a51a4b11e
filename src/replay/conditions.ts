import type { A_Expr, Node, RangeVar, SelectStmt } from 'libpg-query'
import { as, strings } from '../sql/node.ts'
import { type CatalogRow, catalogRows, isOpenCatalog, joinedCatalog, type Test } from './catalog-rows.ts'
import { creationNamespace, findRelation } from './names.ts'
import { codeOfSql } from './routine-code.ts'
import type { State } from './state.ts'

/**
 * The value of a condition that asks the system catalogs whether something exists, by names written out:
 * `not exists (select 1 from pg_type where typname = 'mood')`. Undefined for anything else.
 */
export function conditionValue(state: State, node: Node | undefined): boolean | undefined {
  const logic = as(node, 'BoolExpr')
  if (logic !== undefined) {
    const values = (logic.args ?? []).map((arg) => conditionValue(state, arg))
    if (logic.boolop === 'NOT_EXPR') return values[0] === undefined ? undefined : !values[0]
    const decisive = logic.boolop === 'OR_EXPR'
    if (values.includes(decisive)) return decisive
    return values.includes(undefined) ? undefined : !decisive
  }
  const link = as(node, 'SubLink')
  if (link?.subLinkType !== 'EXISTS_SUBLINK') return undefined
  return existsValue(state, as(link.subselect, 'SelectStmt'))
}

function existsValue(state: State, query: SelectStmt | undefined): boolean | undefined {
  if (query === undefined || !isPlain(query)) return undefined
  const ranges = (query.fromClause ?? []).map(rangesOf)
  if (ranges.includes(undefined)) return undefined
  const tables = ranges.flatMap((each) => each?.tables ?? [])
  const base = joinedCatalog(tables.map(({ relname = '' }) => relname))
  const tests = [query.whereClause, ...ranges.flatMap((each) => each?.conditions ?? [])].flatMap((each) =>
    testsOf(state, each),
  )
  const joins = tests.filter((test) => test === 'join').length
  const range = tables.find(({ relname }) => relname === base)
  if (base === undefined || joins < tables.length - 1) return undefined
  const columns = tests.filter((test) => test !== 'join')
  const rows = catalogRows(state, range?.schemaname, base, columns)
  if (rows === undefined) return undefined
  if (!rows.some((row) => columns.every((test) => matches(row, test) !== false))) {
    return isOpenCatalog(base) ? undefined : false
  }
  return rows.some((row) => columns.every((test) => matches(row, test) === true)) ? true : undefined
}

/** Whether the query has a row for each row of its FROM clause that meets its WHERE clause. */
function isPlain(query: SelectStmt): boolean {
  const limit = as(query.limitCount, 'A_Const')?.ival?.ival
  return (
    (query.groupClause ?? query.havingClause ?? query.larg ?? query.withClause ?? query.limitOffset) ===
      undefined &&
    (query.limitCount === undefined || limit === 1) &&
    (query.targetList ?? []).every((target) => {
      const value = as(target, 'ResTarget')?.val
      return as(value, 'A_Const') !== undefined || as(value, 'ColumnRef') !== undefined
    })
  )
}

interface Ranges {
  readonly tables: readonly RangeVar[]
  readonly conditions: readonly Node[]
}

/** The tables of an item of FROM, inner joins taken apart; undefined for anything else. */
function rangesOf(item: Node): Ranges | undefined {
  const table = as(item, 'RangeVar')
  if (table !== undefined) return { tables: [table], conditions: [] }
  const join = as(item, 'JoinExpr')
  if (join?.jointype !== 'JOIN_INNER' || join.larg === undefined || join.rarg === undefined) return undefined
  const left = rangesOf(join.larg)
  const right = rangesOf(join.rarg)
  if (left === undefined || right === undefined || join.quals === undefined) return undefined
  return {
    tables: [...left.tables, ...right.tables],
    conditions: [...left.conditions, ...right.conditions, join.quals],
  }
}

const unread: Test = { column: null, values: [] }

/** The tests that a condition joins by AND; `join` is an equality with an oid that ties two catalogs. */
function testsOf(state: State, condition: Node | undefined): (Test | 'join')[] {
  if (condition === undefined) return []
  const logic = as(condition, 'BoolExpr')
  if (logic?.boolop === 'AND_EXPR') return (logic.args ?? []).flatMap((arg) => testsOf(state, arg))
  return [testOf(state, as(condition, 'A_Expr')) ?? unread]
}

function testOf(state: State, expression: A_Expr | undefined): Test | 'join' | undefined {
  if (expression === undefined || strings(expression.name).join('.') !== '=') return undefined
  const { kind, lexpr, rexpr } = expression
  const left = columnName(lexpr)
  const right = columnName(rexpr)
  if (left !== undefined && right !== undefined) return left === 'oid' || right === 'oid' ? 'join' : undefined
  const column = left ?? right
  const other = left === undefined ? lexpr : rexpr
  if (column === undefined || (kind !== 'AEXPR_OP' && kind !== 'AEXPR_IN')) return undefined
  const list = as(other, 'List')?.items ?? (other === undefined ? [] : [other])
  const values = list.map((node) => literal(state, node))
  return values.every((value) => value !== undefined) ? { column, values } : undefined
}

function columnName(node: Node | undefined): string | undefined {
  const reference = as(node, 'ColumnRef') ?? as(as(node, 'TypeCast')?.arg, 'ColumnRef')
  return strings(reference?.fields).at(-1)
}

/** A string as the rows have it: a relation is its id, a namespace its name. */
function literal(state: State, node: Node): string | undefined {
  if (strings(as(node, 'FuncCall')?.funcname).at(-1) === 'current_schema') return creationNamespace(state, {})
  const cast = as(node, 'TypeCast')
  if (cast === undefined) {
    const constant = as(node, 'A_Const')
    return constant?.sval === undefined ? undefined : (constant.sval.sval ?? '')
  }
  const value = cast.arg === undefined ? undefined : literal(state, cast.arg)
  switch (strings(cast.typeName?.names).at(-1)) {
    case 'text':
    case 'name':
    case 'varchar':
    case 'regnamespace':
    case 'oid':
      return value
    case 'regclass':
      return value === undefined ? undefined : relationId(state, value)
    default:
      return undefined
  }
}

/** The id of the relation that a text names, as a cast to regclass reads it. */
function relationId(state: State, name: string): string | undefined {
  const [query] = codeOfSql(`SELECT FROM ${name}`).nodes
  const range = as(as(query, 'SelectStmt')?.fromClause?.[0], 'RangeVar')
  return range === undefined ? undefined : findRelation(state, range)?.id
}

/** Undefined where the model doesn't have the column. */
function matches(row: CatalogRow, { column, values }: Test): boolean | undefined {
  const value = column === null ? undefined : row[column]
  return value === undefined ? undefined : values.includes(value)
}
