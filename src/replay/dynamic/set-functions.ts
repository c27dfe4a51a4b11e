import type { Node } from 'libpg-query'
import { as, strings } from '../../sql/node.ts'
import { itemsOf } from './array-functions.ts'
import type { Evaluator, RowScope } from './expression.ts'
import { isArray, textOf, type Value } from './value.ts'

type SetFunction = (args: readonly Value[]) => readonly Value[] | undefined

/** More values than these are not made. */
const most = 10_000

function series([from = null, to = null, step = 1]: readonly Value[]): readonly Value[] | undefined {
  if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number' || step === 0)
    return undefined
  const count = Math.floor((to - from) / step) + 1
  if (count > most) return undefined
  return Array.from({ length: Math.max(0, count) }, (_, at) => from + at * step)
}

function split([text = null, separator = null]: readonly Value[]): readonly Value[] | undefined {
  if (text === null) return []
  if (typeof text !== 'string' || typeof separator !== 'string' || separator === '') return undefined
  return text.split(separator)
}

function splitByExpression(args: readonly Value[]): readonly Value[] | undefined {
  return typeof args[1] === 'string' && /^[ ,;:\w-]+$/.test(args[1]) ? split(args) : undefined
}

/** The elements of an array of texts in JSON. */
function jsonTexts([json = null]: readonly Value[]): readonly Value[] | undefined {
  if (json === null) return []
  const text = textOf(json)
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
  } catch {
    return undefined
  }
}

const functions: Readonly<Record<string, SetFunction>> = {
  unnest: ([array = null, ...others]) => {
    const items = others.length > 0 ? undefined : itemsOf(array)
    if (items === undefined || items === null) return items === null ? [] : undefined
    return items.flatMap((item) => (item !== null && isArray(item) ? item : [item]))
  },
  generate_series: series,
  regexp_split_to_table: splitByExpression,
  string_to_table: split,
  jsonb_array_elements_text: jsonTexts,
  json_array_elements_text: jsonTexts,
  generate_subscripts: ([array = null, dimension]) => {
    const items = itemsOf(array)
    return items === undefined || dimension !== 1
      ? undefined
      : items === null
        ? []
        : items.map((_, at) => at + 1)
  },
}

function functionOf(node: Node): SetFunction | undefined {
  const names = strings(as(node, 'FuncCall')?.funcname)
  return names.length > 1 && names[0] !== 'pg_catalog' ? undefined : functions[names.at(-1) ?? '']
}

/** Whether it is a call of a function of `pg_catalog` that gives several values. */
export function isSetReturning(node: Node): boolean {
  return functionOf(node) !== undefined
}

/** The values that such a call gives; undefined where they can't be told. */
export function setOf(
  evaluator: Evaluator,
  node: Node,
  scope: RowScope | null,
): readonly Value[] | undefined {
  const args = as(node, 'FuncCall')?.args ?? []
  return functionOf(node)?.(args.map((arg) => evaluator.value(arg, scope)))
}
