import { isCalledByKysely, traceHere } from '../guard/call-site.ts'

/** What JavaScript itself asks of a value that is awaited. */
const unasked: ReadonlySet<string | symbol> = new Set(['then', 'constructor'])

/**
 * The rows that a query would have returned: none that are known. `onLook` is told when somebody looks, be it at how many there are.
 * Kysely's own plugins map the rows of every result, and look at nothing.
 */
export function unknownRows(onLook: () => void): unknown[] {
  const rows: unknown[] = new Proxy([], {
    get(target, key, receiver) {
      if (key === 'map' && isCalledByKysely(traceHere())) return () => rows
      if (!unasked.has(key)) onLook()
      return Reflect.get(target, key, receiver)
    },
    has(target, key) {
      onLook()
      return Reflect.has(target, key)
    },
    getOwnPropertyDescriptor(target, key) {
      onLook()
      return Reflect.getOwnPropertyDescriptor(target, key)
    },
    ownKeys(target) {
      onLook()
      return Reflect.ownKeys(target)
    },
  })
  return rows
}

/** How many rows a statement would have touched, as Kysely hands it on: compared or printed, it tells `onLook` and is 0. */
export function unknownCount(onLook: () => void): bigint {
  const count: unknown = Object.create(null, {
    [Symbol.toPrimitive]: {
      value: () => {
        onLook()
        return 0n
      },
    },
  })
  return count as bigint
}
