import type { TypeName } from 'libpg-query'
import { as, strings } from '../../sql/node.ts'
import { digitsStandIn, hasStandIn } from '../../sql/stand-in.ts'
import { builtInType } from '../../sql/types.ts'
import type { State } from '../state.ts'
import { itemsOf } from './array-functions.ts'
import { namedObject, printed, registeredTypes, unknownName } from './objects.ts'
import {
  isUnknown,
  ObjectReference,
  Row,
  readBoolean,
  textOf,
  textValue,
  Unknown,
  unknown,
  type Value,
} from './value.ts'

/** A value as a type has it. `state` null: what names mean is not known. */
export function cast(state: State | null, value: Value, type: TypeName): Value {
  if (value === null) return null
  const names = strings(type.names)
  const name = names.at(-1) ?? ''
  const modifiers = type.typmods ?? []
  if (type.pct_type === true) return value instanceof Row || isUnknown(value) ? value : unknown
  if ((type.arrayBounds ?? []).length > 0) return castItems(state, value, { ...type, arrayBounds: [] })
  if (registeredTypes.has(name)) return asRegistered(state, value, name)
  switch (name) {
    case 'text':
    case 'varchar':
    case 'unknown':
      return castText(value, as(modifiers[0], 'A_Const')?.ival?.ival)
    case 'name':
      return castText(value, 63)
    case 'bool':
      return castBoolean(value)
    case 'int2':
    case 'int4':
    case 'int8':
      return castInteger(value)
    case 'oid':
      return value instanceof ObjectReference ? new ObjectReference(value.kind, value.id) : castInteger(value)
    case 'record':
      return value instanceof Row ? value : unknown
    default:
      return castOther(value, names)
  }
}

/** Types that keep a text as it is: enums, domains over text, uuid. Others print it in a form of their own. */
function castOther(value: Value, names: readonly string[]): Value {
  if (value instanceof Row) return value
  const isBuiltIn = builtInType(names.at(-1) ?? '') !== undefined
  if (names.at(-1) === 'uuid' && typeof value === 'string') return value.toLowerCase()
  return typeof value === 'string' && !isBuiltIn && /^[a-z_]\w*$/i.test(value) ? value : unknown
}

function castItems(state: State | null, value: Value, element: TypeName): Value {
  const items = itemsOf(value)
  if (items === undefined || items === null) return items === null ? null : unknown
  return items.map((item) => cast(state, item, element))
}

function castText(value: Value, longest: number | undefined): Value {
  if (isUnknown(value)) return value
  const text = textOf(value)
  if (typeof text !== 'string') return text === undefined ? null : unknown
  if (value instanceof ObjectReference && value.kind === 'routine') return new Unknown(text)
  if (longest === undefined || hasStandIn(text)) return textValue(text)
  return longest === 63 ? clipped(text) : [...text].slice(0, longest).join('')
}

/** A name has 63 bytes at most. */
function clipped(text: string): string {
  let clip = text
  while (Buffer.byteLength(clip) > 63) clip = clip.slice(0, -1)
  return clip
}

function castBoolean(value: Value): Value {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  return typeof value === 'string' ? (readBoolean(value) ?? unknown) : unknown
}

function castInteger(value: Value): Value {
  if (value instanceof Unknown && value.text === digitsStandIn) return value
  if (value instanceof ObjectReference) return new ObjectReference(value.kind, value.id)
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'number' && typeof value !== 'string') return unknown
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)
  return Number.isSafeInteger(number) ? number : unknown
}

function asRegistered(state: State | null, value: Value, type: string): Value {
  if (value instanceof ObjectReference) return value.text === null ? printed(state, value) : value
  if (value instanceof Unknown && value.text !== null) return value
  const text = textOf(value)
  if (state === null || typeof text !== 'string') return unknownName(type)
  return namedObject(state, type, text) ?? new Unknown(text)
}
