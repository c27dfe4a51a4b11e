import type { Node } from 'libpg-query'
import { as } from '../node.ts'
import { canonicalInterval } from './interval.ts'

/** A constant as the server writes it once it has read it as the type; undefined where that can't be told. */
export function canonicalConstant(node: Node, type: string): Node | undefined {
  const text = as(node, 'A_Const')?.sval?.sval
  if (text === undefined) return undefined
  switch (type) {
    case 'integer':
      return isInteger(text) ? { A_Const: { ival: { ival: Number(text) } } } : undefined
    case 'bigint':
      return /^-?[1-9]\d{9,}$/.test(text) && !isInteger(text)
        ? { A_Const: { fval: { fval: text } } }
        : undefined
    case 'numeric':
      return /^-?(?:0|[1-9]\d*)\.\d+$/.test(text) ? { A_Const: { fval: { fval: text } } } : undefined
    case 'boolean':
      return booleanOf(text)
    case 'uuid':
      return string(text.toLowerCase())
    case 'interval':
      return string(canonicalInterval(text) ?? text)
    case 'jsonb':
      return string(canonicalJson(text) ?? text)
    default:
      return undefined
  }
}

function string(sval: string): Node {
  return { A_Const: { sval: { sval } } }
}

/** A number that is an `integer` where it stands without a cast. */
function isInteger(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)$/.test(text) && text !== '-0' && Math.abs(Number(text)) <= 0x7fffffff
}

function booleanOf(text: string): Node | undefined {
  const known = ['true', 't', 'false', 'f'].indexOf(text)
  return known < 0 ? undefined : { A_Const: { boolval: known < 2 ? { boolval: true } : {} } }
}

/** Keys sorted, blanks as the server sets them; undefined where a number could be written otherwise. */
function canonicalJson(text: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
  return printJson(value)
}

function printJson(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Array.isArray(value)
    ? value.map(printJson)
    : Object.entries(value)
        .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
        .map(([key, item]) => {
          const printed = printJson(item)
          return printed === undefined ? undefined : `${JSON.stringify(key)}: ${printed}`
        })
  if (parts.includes(undefined)) return undefined
  return Array.isArray(value) ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`
}
