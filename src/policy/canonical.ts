import type { Node } from 'libpg-query'
import type { Relation } from '../model/schema-model.ts'
import { as, strings } from '../sql/node.ts'
import { operatorOf, unwrap } from './unwrap.ts'

/** The column of the relation that a reference in its own policy means, or null. */
export function ownColumn(relation: Relation, node: Node): string | null {
  const names = strings(as(node, 'ColumnRef')?.fields)
  const column = names.at(-1)
  if (column === undefined) return null
  const qualifier = names.slice(0, -1)
  const isOwn =
    qualifier.length === 0 ||
    (qualifier.length === 1 && qualifier[0] === relation.name) ||
    (qualifier.length === 2 && qualifier[0] === relation.namespace && qualifier[1] === relation.name)
  return isOwn && relation.columns.some(({ name }) => name === column) ? column : null
}

/** A text that is equal for two spellings of one expression: places, casts and qualifiers of own columns left out. */
export function canonical(relation: Relation, node: Node): string {
  return JSON.stringify(plain(relation, node))
}

function plain(relation: Relation, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(relation, item))
  if (typeof value !== 'object' || value === null) return value
  const node = unwrap(value as Node)
  const column = ownColumn(relation, node)
  if (column !== null) return { column }
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !places.has(key))
      .map(([key, inner]) => [key, plain(relation, inner)]),
  )
}

const places: ReadonlySet<string> = new Set(['location', 'rexpr_list_start', 'rexpr_list_end'])

const opposites: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
}

/** The canonical text of the expression that is true where this one is false. */
export function canonicalOpposite(relation: Relation, node: Node): string {
  const inner = unwrap(node)
  const not = as(inner, 'BoolExpr')
  if (not?.boolop === 'NOT_EXPR' && not.args?.[0] !== undefined) return canonical(relation, not.args[0])
  const test = as(inner, 'NullTest')
  if (test !== undefined) {
    const nulltesttype = test.nulltesttype === 'IS_NULL' ? 'IS_NOT_NULL' : 'IS_NULL'
    return canonical(relation, { NullTest: { ...test, nulltesttype } })
  }
  const comparison = as(inner, 'A_Expr')
  const opposite = opposites[operatorOf(comparison?.name)]
  if (opposite !== undefined && (comparison?.kind === 'AEXPR_OP' || comparison?.kind === 'AEXPR_IN')) {
    return canonical(relation, { A_Expr: { ...comparison, name: [{ String: { sval: opposite } }] } })
  }
  return canonical(relation, { BoolExpr: { boolop: 'NOT_EXPR', args: [inner] } })
}
