import type { Node } from 'libpg-query'
import type { Relation } from '../model/schema-model.ts'
import { as, kindOf, strings } from '../sql/node.ts'
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

/** Whether two spellings are of one expression: places, casts and qualifiers of own columns left out. */
export function isSameExpression(relation: Relation, one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return one === other
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((item, at) => isSameExpression(relation, item, other[at]))
  }
  const [a, b] = [unwrap(one as Node), unwrap(other as Node)]
  const [column, otherColumn] = [ownColumn(relation, a), ownColumn(relation, b)]
  if (column !== null || otherColumn !== null) return column === otherColumn
  const [inner, otherInner] = [toldOf(a), toldOf(b)]
  return (
    inner.size === otherInner.size &&
    [...inner].every(
      ([key, value]) => otherInner.has(key) && isSameExpression(relation, value, otherInner.get(key)),
    )
  )
}

/** What a node holds, but for the places. */
function toldOf(node: Node): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(node).filter(([key, value]) => value !== undefined && !places.has(key)))
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

/** What two spellings of one expression have in common at first sight; by far cheaper than to compare them. */
export function shapeOf(node: Node): string {
  const inner = unwrap(node)
  const { kind, name } = as(inner, 'A_Expr') ?? {}
  const detail = as(inner, 'BoolExpr')?.boolop ?? as(inner, 'NullTest')?.nulltesttype ?? kind
  return `${kindOf(inner)} ${detail} ${operatorOf(name)}`
}

/** An expression that is true where this one is false. */
export function opposite(node: Node): Node {
  const inner = unwrap(node)
  const not = as(inner, 'BoolExpr')
  if (not?.boolop === 'NOT_EXPR' && not.args?.[0] !== undefined) return not.args[0]
  const test = as(inner, 'NullTest')
  if (test !== undefined) {
    const nulltesttype = test.nulltesttype === 'IS_NULL' ? 'IS_NOT_NULL' : 'IS_NULL'
    return { NullTest: { ...test, nulltesttype } }
  }
  const comparison = as(inner, 'A_Expr')
  const operator = opposites[operatorOf(comparison?.name)]
  if (operator !== undefined && (comparison?.kind === 'AEXPR_OP' || comparison?.kind === 'AEXPR_IN')) {
    return { A_Expr: { ...comparison, name: [{ String: { sval: operator } }] } }
  }
  return { BoolExpr: { boolop: 'NOT_EXPR', args: [inner] } }
}
