import { digitsStandIn, hasStandIn, isKnownButForDigits } from '../../sql/stand-in.ts'

/** A value of SQL: null is NULL, a number any number that JavaScript holds exactly. */
export type Value = null | boolean | number | string | readonly Value[] | Row | ObjectReference | Unknown

/**
 * A value that the files don't tell. `text`: how it is written in SQL as far as that is known, with stand-ins
 * (`sql/stand-in.ts`) for the rest; null where it can be anything.
 */
export class Unknown {
  readonly text: string | null

  constructor(text: string | null) {
    this.text = text
  }
}

export const unknown = new Unknown(null)

/** The rows that a function gives which returns a set; no value by itself. */
export class RowSet extends Unknown {
  readonly rows: readonly SetRow[]

  constructor(rows: readonly SetRow[]) {
    super(null)
    this.rows = rows
  }
}

interface SetRow {
  readonly row: Row
  readonly isSure: boolean
  readonly isDoubtful: boolean
}

/** A record, or a row of a relation. */
export class Row {
  readonly fields: ReadonlyMap<string, Value>
  /** Whether there may be fields besides. */
  readonly isOpen: boolean

  constructor(fields: ReadonlyMap<string, Value>, isOpen: boolean) {
    this.fields = fields
    this.isOpen = isOpen
  }

  /** Unknown for a field that it may have, or that it doesn't have. */
  get(name: string): Value {
    const value = this.fields.get(name)
    return value === undefined ? unknown : value
  }
}

/** A record whose fields are NULL, whichever they are. */
export class NullRow extends Row {
  constructor() {
    super(new Map(), true)
  }

  override get(): Value {
    return null
  }
}

/** What has an oid in a catalog. */
export type ObjectKind = 'relation' | 'namespace' | 'routine' | 'type' | 'role' | 'attribute' | 'other'

/** An oid. `text`: what it is printed as, where it has one of the `reg` types. */
export class ObjectReference {
  readonly kind: ObjectKind
  readonly id: string
  readonly text: string | null

  constructor(kind: ObjectKind, id: string, text: string | null = null) {
    this.kind = kind
    this.id = id
    this.text = text
  }
}

/** The role that runs the migrations, by its oid: what nobody else owns is its own. */
export const migrationRole = new Unknown(null)

/** The oid of a role that was granted something by the role that runs the migrations, and so isn't that role. */
export class Grantee extends ObjectReference {
  constructor(role: string) {
    super('role', role)
  }
}

export function isUnknown(value: Value | undefined): value is Unknown {
  return value instanceof Unknown
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** The value as text, with stand-ins where it is not known; undefined for NULL, null where it can be anything. */
export function textOf(value: Value): string | null | undefined {
  if (value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value instanceof Unknown || value instanceof ObjectReference) return value.text
  return isArray(value) ? arrayText(value) : null
}

/** A text that may have stand-ins as a value. */
export function textValue(text: string | null): Value {
  if (text === null) return unknown
  return hasStandIn(text) ? new Unknown(text) : text
}

function arrayText(items: readonly Value[]): string | null {
  const texts = items.map((item) => {
    if (item === null) return 'NULL'
    if (isArray(item)) return arrayText(item)
    const text = textOf(item)
    if (typeof text !== 'string') return null
    const isPlain = text !== '' && !/[\s"{},\\]/.test(text) && text.toLowerCase() !== 'null'
    return isPlain ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  })
  return texts.includes(null) ? null : `{${texts.join(',')}}`
}

/** What a condition comes to: null for NULL, undefined where it can't be told. */
export function truthOf(value: Value): boolean | null | undefined {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return readBoolean(value)
  return undefined
}

export function readBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  if (word === '') return undefined
  if (word === '1' || ['true', 'yes', 'on'].some((each) => each.startsWith(word) && word !== 'o')) return true
  return word === '0' || ['false', 'no', 'off'].some((each) => each.startsWith(word) && word !== 'o')
    ? false
    : undefined
}

/** Whether two values are equal; null where one is NULL, undefined where it can't be told. */
export function equals(left: Value, right: Value): boolean | null | undefined {
  if (left === null || right === null) return null
  if (left === migrationRole || right === migrationRole) return isMigrationRole(left, right)
  if (left instanceof Unknown || right instanceof Unknown) return unknownEquals(left, right)
  if (left instanceof ObjectReference && right instanceof ObjectReference) {
    return left.kind === right.kind && left.id === right.id
  }
  if (left instanceof ObjectReference || right instanceof ObjectReference) return isNumberOf(left, right)
  if (isArray(left) && isArray(right)) {
    if (left.length !== right.length) return false
    const items = left.map((item, at) => equals(item, right[at] ?? null))
    if (items.includes(false)) return false
    return items.includes(undefined) || items.includes(null) ? undefined : true
  }
  if (left instanceof Row || right instanceof Row || isArray(left) || isArray(right)) return undefined
  if (typeof left === typeof right) return left === right
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    const [one, other] = [truthOf(left), truthOf(right)]
    return one === undefined || other === undefined ? undefined : one === other
  }
  const [one, other] = [Number(left), Number(right)]
  return Number.isNaN(one) || Number.isNaN(other) ? undefined : one === other
}

function isMigrationRole(left: Value, right: Value): boolean | undefined {
  if (left === right) return true
  return [left, right].some((other) => other instanceof Grantee || other === 0) ? false : undefined
}

/** Numbers of columns that people make are positive, and no oid is 0. */
function isNumberOf(left: Value, right: Value): boolean | undefined {
  const [one, other] = left instanceof ObjectReference ? [left, right] : [right, left]
  const isColumn = one instanceof ObjectReference && one.kind === 'attribute'
  return other === 0 || (isColumn && typeof other === 'number' && other < 0) ? false : undefined
}

/** Names that differ in what is known of them are different whatever the digits are. */
function unknownEquals(left: Value, right: Value): boolean | undefined {
  const [pattern, other] = left instanceof Unknown ? [left, right] : [right, left]
  const [written, text] = [textOf(pattern), textOf(other)]
  if (typeof written !== 'string' || typeof text !== 'string' || hasStandIn(text)) return undefined
  return matchesDigits(written, text) ? undefined : false
}

/** Whether a text can be one that has stand-ins for digits alone. */
function matchesDigits(pattern: string, text: string): boolean {
  if (!hasStandIn(pattern) || !isKnownButForDigits(pattern)) return true
  if (!text.startsWith(pattern.slice(0, pattern.indexOf(digitsStandIn)))) return false
  const pieces = pattern.split(digitsStandIn).map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pieces.join('[0-9]+')}$`, 's').test(text)
}

/** The order of two texts as UTF-8: that of their characters, but for surrogates. */
function inBytes(left: string, right: string): number {
  if (left === right) return 0
  const hasSurrogates = /[\ud800-\udfff]/.test(left + right)
  if (hasSurrogates) return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return left < right ? -1 : 1
}

/** Negative, zero or positive; undefined where it can't be told. Texts compare as the C collation has it. */
export function order(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') {
    return inBytes(left, right)
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (left instanceof ObjectReference) return left.kind === 'attribute' && right === 0 ? 1 : undefined
  if (
    (typeof left === 'number' && typeof right === 'string') ||
    (typeof left === 'string' && typeof right === 'number')
  ) {
    const difference = Number(left) - Number(right)
    return Number.isNaN(difference) ? undefined : difference
  }
  return undefined
}
