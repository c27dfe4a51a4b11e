import type { Expression, Grant, RoleName } from '../model/schema-model.ts'
import { printExpression } from '../sql/expression.ts'
import { withoutModifier } from '../sql/normal-form/casts.ts'
import type { Comparison, Place } from './comparison.ts'

/** Compares what two models say in one place. */
export type Compare<V> = (comparison: Comparison, place: Place, left: V, right: V) => void

/** How each field of a record is compared: none can be forgotten. */
export type Fields<T> = { readonly [K in keyof T]-?: Compare<T[K]> }

export const value: Compare<unknown> = (comparison, place, left, right) =>
  comparison.value(place, left, right)

/** Null and the role that ran the migrations are the same. */
export const owner: Compare<RoleName | null> = (comparison, place, left, right) =>
  comparison.owner(place, left, right)

/** What a source can't know, or what is told by another field. */
export const ignored: Compare<unknown> = () => undefined

/** The order says nothing. */
export const unordered: Compare<readonly unknown[]> = (comparison, place, left, right) =>
  comparison.value(place, sorted(left), sorted(right))

/** Names and expressions as they were written, none of them bound. */
export const written: Compare<string | Expression | readonly (string | Expression)[] | null> = (
  comparison,
  place,
  left,
  right,
) => comparison.written(place, writtenText(left), writtenText(right))

function writtenText(items: string | Expression | readonly (string | Expression)[] | null): string | null {
  if (items === null || typeof items === 'string') return items
  if (!isList(items)) return printExpression(items)
  return items.length === 0 ? null : items.map(writtenText).join('; ')
}

function isList<T>(items: T | readonly T[]): items is readonly T[] {
  return Array.isArray(items)
}

export const expression: Compare<Expression | null> = (comparison, place, left, right) =>
  comparison.expression(place, left, right)

/**
 * Replay works out the columns of a query, not the types of all of them; and how an extension's type shows its modifier
 * is the extension's own.
 */
export const type: Compare<string> = (comparison, place, left, right) => {
  const isUntold = left === 'unknown' || right === 'unknown'
  const isModified = left.includes('.') && withoutModifier(left) === withoutModifier(right)
  if (left !== right && (isUntold || isModified)) comparison.skip(place, left, right)
  else comparison.value(place, left, right)
}

/** Names of columns and expressions, in order. */
export const keys: Compare<readonly (string | Expression)[]> = (comparison, place, left, right) => {
  if (left.length !== right.length) {
    comparison.value(place, left.length, right.length)
    return
  }
  for (const [at, one] of left.entries()) {
    const other = right[at] ?? null
    if (typeof one === 'string' || typeof other === 'string') comparison.value(place, one, other)
    else comparison.expression(place, one, other)
  }
}

export const grants: Compare<readonly Grant[]> = (comparison, place, left, right) =>
  unordered(
    comparison,
    place,
    left.filter((grant) => comparison.tellsOf(grant, place)).flatMap(grantTexts),
    right.filter((grant) => comparison.tellsOf(grant, place)).flatMap(grantTexts),
  )

function grantTexts({ grantee, privilege, columns, grantable }: Grant): string[] {
  const suffix = grantable ? ' with grant option' : ''
  if (columns === null) return [`${privilege} to ${grantee}${suffix}`]
  return columns.map((column) => `${privilege} (${column}) to ${grantee}${suffix}`)
}

/** A record that may be missing on a side. */
export function optional<T>(fields: Fields<T>): Compare<T | null> {
  return (comparison, place, left, right) => {
    if (left === null || right === null) comparison.value(place, left !== null, right !== null)
    else compareFields(comparison, place, fields, left, right)
  }
}

/** Parts that have names; their order says nothing. */
export function named<T extends { readonly name: string }>(
  fields: Fields<T>,
  typeOf: (part: T) => string | null = () => null,
): Compare<readonly T[]> {
  return (comparison, place, left, right) => {
    const others = new Map(right.map((part) => [part.name, part]))
    const at = (part: T): Place => ({
      ...place,
      part: `${place.field}.${part.name}`,
      field: null,
      type: typeOf(part),
    })
    for (const part of left) {
      const other = others.get(part.name)
      others.delete(part.name)
      if (other === undefined) comparison.differ(at(part), describe(part), null)
      else compareFields(comparison, at(part), fields, part, other)
    }
    for (const part of others.values()) comparison.differ(at(part), null, describe(part))
  }
}

export function compareFields<T>(
  comparison: Comparison,
  place: Place,
  fields: Fields<T>,
  left: T,
  right: T,
): void {
  for (const name in fields) {
    const field = place.field === null ? name : `${place.field}.${name}`
    fields[name](comparison, { ...place, field }, left[name], right[name])
  }
}

/** What stands on one side alone, in a word. */
export function describe(object: object): string {
  return 'kind' in object && typeof object.kind === 'string' ? object.kind : 'there'
}

function sorted(items: readonly unknown[]): string[] {
  return items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).sort()
}
