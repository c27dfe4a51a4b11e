import { itemsOf } from './array-functions.ts'
import { concatenated } from './format.ts'
import { like, matchesRegularExpression } from './patterns.ts'
import { equals, isArray, isUnknown, order, textOf, unknown, type Value } from './value.ts'

function negated(value: Value): Value {
  return typeof value === 'boolean' ? !value : value
}

function asValue(truth: boolean | null | undefined): Value {
  return truth === undefined ? unknown : truth
}

function compared(left: Value, right: Value, test: (order: number) => boolean): Value {
  if (left === null || right === null) return null
  const difference = order(left, right)
  return difference === undefined ? unknown : test(difference)
}

function computed(left: Value, right: Value, compute: (left: number, right: number) => number): Value {
  if (left === null || right === null) return null
  const [one, other] = [integer(left), integer(right)]
  if (one === undefined || other === undefined) return unknown
  const result = compute(one, other)
  return Number.isSafeInteger(result) ? result : unknown
}

/** Arithmetic of PostgreSQL is exact; what is no integer is left to it. */
function integer(value: Value): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}

/** `||`: texts, and arrays with arrays or elements. */
function joined(left: Value, right: Value): Value {
  if (isArray(left) || isArray(right)) {
    const [one, other] = [itemsOrOne(left), itemsOrOne(right)]
    return one === undefined || other === undefined ? unknown : [...one, ...other]
  }
  if (left === null || right === null) return null
  return concatenated([textOf(left) ?? null, textOf(right) ?? null])
}

function itemsOrOne(value: Value): readonly Value[] | undefined {
  if (value === null) return []
  if (isUnknown(value)) return undefined
  return isArray(value)
    ? value
    : typeof value === 'string' && value.startsWith('{')
      ? (itemsOf(value) ?? undefined)
      : [value]
}

function contains(whole: Value, part: Value): Value {
  const [items, wanted] = [itemsOf(whole), itemsOf(part)]
  if (items === undefined || wanted === undefined) return unknown
  if (items === null || wanted === null) return null
  const found = wanted.map((item) => asValue(anyOf(items, (each) => asValue(equals(each, item)))))
  return found.includes(false) ? false : found.every((each) => each === true) ? true : unknown
}

/** What an operator of `pg_catalog` makes of two values; unknown for those that are not known here. */
export function operate(name: string, left: Value, right: Value): Value {
  switch (name) {
    case '=':
      return asValue(equals(left, right))
    case '<>':
      return negated(asValue(equals(left, right)))
    case '<':
      return compared(left, right, (difference) => difference < 0)
    case '>':
      return compared(left, right, (difference) => difference > 0)
    case '<=':
      return compared(left, right, (difference) => difference <= 0)
    case '>=':
      return compared(left, right, (difference) => difference >= 0)
    case '||':
      return joined(left, right)
    case '+':
      return computed(left, right, (one, other) => one + other)
    case '-':
      return computed(left, right, (one, other) => one - other)
    case '*':
      return computed(left, right, (one, other) => one * other)
    case '/':
      return computed(left, right, (one, other) => (other === 0 ? Number.NaN : Math.trunc(one / other)))
    case '%':
      return computed(left, right, (one, other) => (other === 0 ? Number.NaN : one % other))
    case '~~':
      return like(left, right, false)
    case '!~~':
      return negated(like(left, right, false))
    case '~~*':
      return like(left, right, true)
    case '!~~*':
      return negated(like(left, right, true))
    case '~':
      return matchesRegularExpression(left, right, false)
    case '!~':
      return negated(matchesRegularExpression(left, right, false))
    case '~*':
      return matchesRegularExpression(left, right, true)
    case '!~*':
      return negated(matchesRegularExpression(left, right, true))
    case '^@':
      return left === null || right === null
        ? null
        : typeof left === 'string' && typeof right === 'string'
          ? left.startsWith(right)
          : unknown
    case '@>':
      return contains(left, right)
    case '<@':
      return contains(right, left)
    default:
      return unknown
  }
}

/** Whether a test is true of some item, by the rules of `= ANY`. */
export function anyOf(items: readonly Value[], test: (item: Value) => Value): boolean | null | undefined {
  const found = items.map(test)
  if (found.includes(true)) return true
  if (found.some((each) => each !== null && typeof each !== 'boolean')) return undefined
  return found.includes(null) ? null : false
}

/** Whether a test is true of every item, by the rules of `= ALL`. */
export function allOf(items: readonly Value[], test: (item: Value) => Value): boolean | null | undefined {
  const some = anyOf(items, (item) => negated(test(item)))
  return typeof some === 'boolean' ? !some : some
}
