import { concatenated, outputText } from './format.ts'
import type { PureFunction } from './text-functions.ts'
import { equals, isArray, isUnknown, textOf, unknown, type Value } from './value.ts'

/** A text between braces as an array of texts; undefined where it is nested or none. */
export function readArray(text: string): readonly Value[] | undefined {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]
  if (inside === undefined) return undefined
  if (inside.trim() === '') return []
  const items: Value[] = []
  const item = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]+?))\s*(,|$)/sy
  for (;;) {
    const [, quoted, bare, end] = item.exec(inside) ?? []
    if (quoted === undefined && bare === undefined) return undefined
    items.push(
      quoted === undefined
        ? bare?.toLowerCase() === 'null'
          ? null
          : (bare ?? null)
        : quoted.replaceAll(/\\(.)/gs, '$1'),
    )
    if (end === '') return items
  }
}

/** The items of an array; null for NULL, undefined where they are not known. */
export function itemsOf(value: Value): readonly Value[] | null | undefined {
  if (value === null || isArray(value)) return value
  return typeof value === 'string' ? readArray(value) : undefined
}

function overItems(compute: (items: readonly Value[], rest: readonly Value[]) => Value): PureFunction {
  return ([array = null, ...rest]) => {
    const items = itemsOf(array)
    return items === undefined ? unknown : items === null ? null : compute(items, rest)
  }
}

/** NULL counts as an empty array. */
function appended(left: Value, right: Value): Value {
  const [one, other] = [itemsOf(left), itemsOf(right)]
  if (one === undefined || other === undefined) return unknown
  return one === null ? other : other === null ? one : [...one, ...other]
}

function joined(items: readonly Value[], [separator = null, forNull = null]: readonly Value[]): Value {
  if (separator === null) return null
  const texts = items.flatMap((item) => {
    if (item === null) return forNull === null ? [] : [textOf(forNull) ?? null]
    return isArray(item) ? [null] : [outputText(item) ?? null]
  })
  return concatenated(texts.flatMap((text, at) => (at === 0 ? [text] : [textOf(separator) ?? null, text])))
}

function split([text = null, separator = null, forNull = null]: readonly Value[]): Value {
  if (text === null) return null
  if (typeof text !== 'string' || isUnknown(separator) || isUnknown(forNull)) return unknown
  if (text === '') return []
  const parts = separator === null ? [...text] : separator === '' ? [text] : text.split(String(separator))
  return parts.map((part) => (part === forNull ? null : part))
}

function positionOf(items: readonly Value[], [wanted = null]: readonly Value[]): Value {
  const found = items.map((item) => (item === null && wanted === null ? true : equals(item, wanted)))
  const at = found.indexOf(true)
  const doubt = found.indexOf(undefined)
  if (doubt >= 0 && (at < 0 || doubt < at)) return unknown
  return at < 0 ? null : at + 1
}

/** Functions of `pg_catalog` over arrays of one dimension that count from 1. */
export const arrayFunctions: Readonly<Record<string, PureFunction>> = {
  array_length: overItems((items, [dimension]) =>
    dimension === 1 && !items.some((item) => item !== null && isArray(item)) ? items.length || null : unknown,
  ),
  array_upper: overItems((items, [dimension]) => (dimension === 1 ? items.length || null : unknown)),
  array_lower: overItems((items, [dimension]) =>
    dimension === 1 ? (items.length === 0 ? null : 1) : unknown,
  ),
  cardinality: overItems((items) =>
    items.some((item) => item !== null && isArray(item)) ? unknown : items.length,
  ),
  array_append: ([array = null, item = null]) => appended(array, [item]),
  array_prepend: ([item = null, array = null]) => appended([item], array),
  array_cat: ([left = null, right = null]) => appended(left, right),
  array_remove: overItems((items, [item = null]) => {
    const same = items.map((each) => (each === null ? item === null : equals(each, item)))
    return same.includes(undefined) ? unknown : items.filter((_, at) => same[at] !== true)
  }),
  array_position: overItems(positionOf),
  array_to_string: overItems(joined),
  string_to_array: split,
}
