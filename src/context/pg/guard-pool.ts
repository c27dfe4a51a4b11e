import type { Pool } from 'pg'
import { outsideOfContext } from '../outside-of-context.ts'

const guarded = Symbol.for('ringfence.guarded pool')

/**
 * The pool as the rest of an application should see it: `withTenant` and its family reach it, and every other query
 * is refused with the line that made it.
 *
 *     export const pool = guardPool(new pg.Pool({ connectionString }))
 *     await pool.query('select * from invoices') // ContextError: a query without a context (src/invoices.ts:12:3)
 */
export function guardPool<Guarded extends Pool>(pool: Guarded): Guarded {
  return new Proxy(pool, {
    get(target, property) {
      if (property === guarded) return unguarded(target)
      if (property === 'query') return (...given: unknown[]) => refuse('query', given)
      if (property === 'connect') return (...given: unknown[]) => refuse('connection', given)
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** The pool behind a guarded one; any other as it is. */
export function unguarded(pool: Pool): Pool {
  const found: unknown = Reflect.get(pool, guarded)
  return found === undefined ? pool : (found as Pool)
}

/** By a promise, or to the callback where one is given, as the pool itself tells of errors. */
function refuse(what: 'query' | 'connection', given: readonly unknown[]): Promise<never> | undefined {
  const refusal = outsideOfContext(what)
  const callback = given.find((one) => typeof one === 'function')
  if (callback === undefined) return Promise.reject(refusal)
  process.nextTick(callback, refusal)
  return undefined
}
