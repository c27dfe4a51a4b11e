import type { Node } from 'libpg-query'
import { as, strings } from '../sql/node.ts'
import { bareTarget, scalarSelect } from './unwrap.ts'

export type Constant = string | number | boolean | null

const numberTypes: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'])

/** The value of a constant, casts of it and a bare `(select constant)` included; undefined where it is none. */
export function constantOf(node: Node): Constant | undefined {
  const literal = as(node, 'A_Const')
  if (literal !== undefined) {
    if (literal.isnull) return null
    if (literal.boolval !== undefined) return literal.boolval.boolval ?? false
    if (literal.ival !== undefined) return literal.ival.ival ?? 0
    if (literal.fval !== undefined) return Number(literal.fval.fval)
    return literal.sval === undefined ? undefined : (literal.sval.sval ?? '')
  }
  const cast = as(node, 'TypeCast')
  if (cast?.arg !== undefined) {
    const value = constantOf(cast.arg)
    const isArray = cast.typeName?.arrayBounds !== undefined
    return value === undefined || isArray ? value : castTo(value, strings(cast.typeName?.names).at(-1) ?? '')
  }
  const target = bareTarget(scalarSelect(node))
  return target === undefined ? undefined : constantOf(target)
}

export function isConstant(node: Node): boolean {
  return constantOf(node) !== undefined
}

export function isPositive(node: Node): boolean {
  const value = constantOf(node)
  return typeof value === 'number' && value > 0
}

/** The operator that says the same with its operands exchanged. */
export const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '<>': '<>' }

/** Whether a count so compared with this is above zero. */
export function isAboveZero(operator: string | undefined, node: Node): boolean {
  const value = constantOf(node)
  if (typeof value !== 'number') return false
  return operator === '>' ? value >= 0 : operator === '>=' ? value > 0 : operator === '<>' && value === 0
}

/** Whether a function that gives this constant may say something of who asks: not what stands for nothing or no. */
export function isTelling(node: Node): boolean {
  const value = constantOf(node)
  return value !== undefined && value !== false && value !== 0 && value !== ''
}

function castTo(value: Constant, type: string): Constant | undefined {
  if (value === null) return null
  if (type === 'bool') return toBoolean(value)
  if (numberTypes.has(type)) return Number.isNaN(Number(value)) ? undefined : Number(value)
  return value
}

const words: readonly (readonly [string, boolean])[] = [
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
  ['on', true],
  ['off', false],
  ['1', true],
  ['0', false],
]

/** As PostgreSQL reads a boolean: unique prefixes of the words, case and surrounding blanks ignored. */
function toBoolean(value: string | number | boolean): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  const text = value.trim().toLowerCase()
  const found = text === '' || text === 'o' ? undefined : words.find(([word]) => word.startsWith(text))
  return found?.[1]
}

/** What a comparison of two constants gives; undefined where their types don't tell. */
export function compareConstants(left: Constant, operator: string, right: Constant): boolean | undefined {
  if (left === null || right === null || typeof left !== typeof right) return undefined
  if (operator === '=') return left === right
  if (operator === '<>') return left !== right
  if (typeof left !== 'number' || typeof right !== 'number') return undefined
  switch (operator) {
    case '<':
      return left < right
    case '>':
      return left > right
    case '<=':
      return left <= right
    case '>=':
      return left >= right
    default:
      return undefined
  }
}
