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
      if (property === guarded) return target
      if (property === 'query') return () => refuse('query')
      if (property === 'connect') return () => refuse('connection')
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

function refuse(what: 'query' | 'connection'): Promise<never> {
  return Promise.reject(outsideOfContext(what))
}
