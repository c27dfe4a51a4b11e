import type { A_Expr, Node } from 'libpg-query'
import { as, strings } from '../../sql/node.ts'
import { itemsOf, readArray } from './array-functions.ts'
import type { Evaluator, RowScope } from './expression.ts'
import { allOf, anyOf, operate } from './operators.ts'
import { equals, isArray, isUnknown, unknown, type Value } from './value.ts'

/** An operator, or one of its forms: IN, BETWEEN, ANY, IS DISTINCT FROM. */
export function operation(
  evaluator: Evaluator,
  { kind, name, lexpr, rexpr }: A_Expr,
  scope: RowScope | null,
): Value {
  const operator = strings(name).at(-1) ?? ''
  const left = lexpr === undefined ? 0 : evaluator.value(lexpr, scope)
  if (kind === 'AEXPR_IN') {
    const items = evaluator.values(as(rexpr, 'List')?.items ?? [], scope)
    const test = (item: Value) => operate('=', left, item)
    const found = anyOf(items, test)
    return found === undefined ? unknown : operator === '<>' && found !== null ? !found : found
  }
  if (kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN') {
    const [low = null, high = null] = evaluator.values(as(rexpr, 'List')?.items ?? [], scope)
    const inside = [operate('>=', left, low), operate('<=', left, high)]
    const within = inside.includes(false) ? false : inside.every((each) => each === true) ? true : unknown
    return kind === 'AEXPR_NOT_BETWEEN' && typeof within === 'boolean' ? !within : within
  }
  const right = evaluator.value(rexpr, scope)
  if (operator === '||' && isArray(left) !== isArray(right)) {
    return operate(operator, asArrayLiteral(lexpr, left), asArrayLiteral(rexpr, right))
  }
  switch (kind) {
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const items = itemsOf(right)
      if (items === undefined) return unknown
      if (items === null) return null
      const over = kind === 'AEXPR_OP_ANY' ? anyOf : allOf
      const found = over(items, (item) => operate(operator, left, item))
      return found === undefined ? unknown : found
    }
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const same = left === null || right === null ? isBothNull(left, right) : equals(left, right)
      return typeof same === 'boolean' ? same === (kind === 'AEXPR_NOT_DISTINCT') : unknown
    }
    case 'AEXPR_NULLIF': {
      const same = equals(left, right)
      return same === true ? null : same === undefined ? unknown : left
    }
    case 'AEXPR_SIMILAR':
      return unknown
    default:
      return operate(operator, left, right)
  }
}

/** A string that is written out beside an array is read as one. */
function asArrayLiteral(node: Node | undefined, value: Value): Value {
  return typeof value === 'string' && as(node, 'A_Const') !== undefined
    ? (readArray(value) ?? unknown)
    : value
}

function isBothNull(left: Value, right: Value): boolean | undefined {
  return isUnknown(left) || isUnknown(right) ? undefined : left === right
}
