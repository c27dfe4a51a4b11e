import type { A_Expr, Node, SelectStmt } from 'libpg-query'
import { as, strings } from '../sql/node.ts'
import { type CatalogRow, catalogRows, isOpenCatalog } from './catalog-rows.ts'
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
  const [from, ...others] = query?.fromClause ?? []
  const range = as(from, 'RangeVar')
  if (query === undefined || range === undefined || others.length > 0) return undefined
  if (query.groupClause ?? query.havingClause ?? query.larg ?? query.withClause ?? query.limitOffset) {
    return undefined
  }
  const rows = catalogRows(state, range.schemaname, range.relname ?? '')
  const tests = equalities(query.whereClause)
  if (rows === undefined || tests === undefined) return undefined
  if (!rows.some((row) => tests.every((test) => matches(row, test) !== false))) {
    return isOpenCatalog(range.relname ?? '') ? undefined : false
  }
  const certain = rows.some((row) => tests.every((test) => matches(row, test) === true))
  return certain ? true : undefined
}

/** `column IN (values)`; a test that can't be read has no column. */
interface Test {
  readonly column: string | null
  readonly values: readonly string[]
}

/** The tests that a WHERE clause joins by AND. */
function equalities(where: Node | undefined): Test[] | undefined {
  if (where === undefined) return []
  const logic = as(where, 'BoolExpr')
  if (logic?.boolop === 'AND_EXPR') {
    return (logic.args ?? []).flatMap((arg) => equalities(arg) ?? [unread])
  }
  return [testOf(as(where, 'A_Expr')) ?? unread]
}

const unread: Test = { column: null, values: [] }

function testOf(expression: A_Expr | undefined): Test | undefined {
  if (expression === undefined || strings(expression.name).join('.') !== '=') return undefined
  const column = columnName(expression.lexpr) ?? columnName(expression.rexpr)
  const other = columnName(expression.lexpr) === undefined ? expression.lexpr : expression.rexpr
  if (column === undefined) return undefined
  const list = as(other, 'List')?.items ?? (other === undefined ? [] : [other])
  if (expression.kind !== 'AEXPR_OP' && expression.kind !== 'AEXPR_IN') return undefined
  const values = list.map(literal)
  if (!values.every((value) => value !== undefined)) return undefined
  return { column, values }
}

function columnName(node: Node | undefined): string | undefined {
  const reference = as(node, 'ColumnRef') ?? as(as(node, 'TypeCast')?.arg, 'ColumnRef')
  return strings(reference?.fields).at(-1)
}

/** A string, plain or cast to a type of strings; `regclass` and its like mean something else. */
function literal(node: Node): string | undefined {
  const cast = as(node, 'TypeCast')
  if (cast !== undefined) {
    const type = strings(cast.typeName?.names).at(-1) ?? ''
    return ['text', 'name', 'varchar'].includes(type) && cast.arg !== undefined
      ? literal(cast.arg)
      : undefined
  }
  const constant = as(node, 'A_Const')
  return constant?.sval === undefined ? undefined : (constant.sval.sval ?? '')
}

/** Undefined where the model doesn't have the column. */
function matches(row: CatalogRow, { column, values }: Test): boolean | undefined {
  const value = column === null ? undefined : row[column]
  return value === undefined ? undefined : values.includes(value)
}
