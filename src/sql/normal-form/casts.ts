import type { Node, TypeName } from 'libpg-query'
import { printType } from '../expression.ts'
import { as } from '../node.ts'
import { canonicalConstant } from './constants.ts'
import { isConstant, isPliable, type Typed, typed, unknownType } from './typed.ts'

const numericRank: Readonly<Record<string, number>> = {
  smallint: 1,
  integer: 2,
  bigint: 3,
  numeric: 4,
  real: 5,
  'double precision': 6,
}

/** The type without its modifier: `character varying(20)` is of `character varying`. */
export function withoutModifier(type: string): string {
  return type.replace(/\(.*?\)/, '')
}

function isVarchar(type: string | null | undefined): boolean {
  return type === 'character varying' || (type?.startsWith('character varying(') ?? false)
}

/** A cast in its normal form: what changes nothing is left out, constants are written as the server writes them. */
export function cast(arg: Typed, typeName: TypeName): Typed {
  const type = printType(typeName)
  const plain = withoutModifier(type) === type
  const elements = as(arg.node, 'A_ArrayExpr')?.elements
  if (elements !== undefined && elements.length > 0 && plain && type.endsWith('[]')) {
    return castElements(elements, typeName, type)
  }
  if (plain && arg.type === type) return arg
  const inner = as(arg.node, 'TypeCast')
  if (type === 'text' && arg.type === 'character varying' && isPliable(inner?.arg)) {
    return { node: castNode(inner?.arg ?? arg.node, typeName), type, from: unknownType }
  }
  const constant = plain ? canonicalConstant(arg.node, type) : undefined
  if (constant !== undefined && as(constant, 'A_Const')?.sval === undefined) return typed(constant, type)
  return { node: castNode(constant ?? arg.node, typeName), type, from: arg.type }
}

function castNode(arg: Node, typeName: TypeName): Node {
  return { TypeCast: { arg, typeName } }
}

/** The server casts the elements of an array that is written out, not the array. */
function castElements(elements: readonly Node[], typeName: TypeName, type: string): Typed {
  const { arrayBounds: _, ...element } = typeName
  const items = elements.map((item) => {
    const known = as(item, 'TypeCast')
    const from = isPliable(item)
      ? unknownType
      : known?.typeName === undefined
        ? null
        : printType(known.typeName)
    return cast({ node: item, type: from }, element).node
  })
  return typed({ A_ArrayExpr: { elements: items } }, type)
}

/**
 * Two operands without the casts that the server adds of itself because of the other's type: of constants to that type,
 * of varchar to text, and of numbers to the wider type.
 */
export function meet(left: Typed, right: Typed): [Typed, Typed] {
  return [yielding(relaxed(left), right), yielding(relaxed(right), left)]
}

/** The same for operands that are of one type: a constant is read as what the other is. */
export function meetAlike(left: Typed, right: Typed): [Typed, Typed] {
  const [first, second] = meet(left, right)
  return [settled(first, right), settled(second, left)]
}

function settled(operand: Typed, other: Typed): Typed {
  if (!isPliable(operand.node) || other.type === null || isConstant(other.node)) return operand
  const constant = canonicalConstant(operand.node, withoutModifier(other.type))
  return constant === undefined ? operand : typed(constant, other.type)
}

/** Without a cast between varchar and text: varchar has no operators of its own. */
export function relaxed(operand: Typed): Typed {
  const arg = as(operand.node, 'TypeCast')?.arg
  const isText = operand.type === 'text' || operand.type === 'character varying'
  const wasText = operand.from === 'text' || isVarchar(operand.from)
  return arg !== undefined && isText && wasText ? typed(arg, 'text') : operand
}

/** Without the cast that the other's type brings about anyway. */
export function yielding(operand: Typed, other: Typed): Typed {
  const arg = as(operand.node, 'TypeCast')?.arg
  if (arg === undefined || operand.type === null || other.type === null) return operand
  const type = withoutModifier(operand.type)
  const wanted = withoutModifier(other.type)
  if (isPliable(arg)) {
    return family(type) === family(wanted) && !isConstant(other.node) ? typed(arg, operand.type) : operand
  }
  const from = operand.from ?? null
  const widens = from !== null && rankOf(from) > 0 && rankOf(from) < rankOf(type)
  const isAsked = type === wanted && (!isConstant(other.node) || !isConstant(operand.node))
  return widens && isAsked ? typed(arg, operand.type) : operand
}

function rankOf(type: string): number {
  return numericRank[withoutModifier(type)] ?? 0
}

/** Constants of one of these are compared by the operators of the other. */
function family(type: string): string {
  return isVarchar(type) ? 'text' : type
}

/** The type that several expressions have in common, from those that are no constants. */
export function commonType(items: readonly Typed[]): Typed {
  const decided = items.find(({ node, type }) => type !== null && !isConstant(node))
  return decided ?? typed({ A_Const: { isnull: true } }, null)
}
