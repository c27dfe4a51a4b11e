import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  PostgresDialect,
  type QueryCompiler,
} from 'kysely'
import { ContextError } from '../../context/context-error.ts'
import type { OpenContext } from '../../context/open-context.ts'
import type { GuardedConnection } from './guarded-connection.ts'
import { GuardedDriver } from './guarded-driver.ts'
import { Turns } from './turns.ts'

const mark = Symbol.for('ringfence.guarded dialect')

/**
 * The dialect as an application should use it: `withTenant` and its family reach the database, and every other query is
 * refused with the line that made it.
 *
 *     const db = new Kysely<Database>({ dialect: guardDialect(new PostgresDialect({ pool })) })
 *     await db.selectFrom('invoices').selectAll().execute() // ContextError: a query without a context (src/invoices.ts:12:3)
 */
export function guardDialect(dialect: Dialect): Dialect {
  return new GuardedDialect(dialect)
}

/** What all Kysely instances of one guarded dialect share; found by their adapter, whatever plugins they have. */
export class GuardedDialect implements Dialect {
  readonly #inner: Dialect
  readonly #opened = new WeakMap<OpenContext, GuardedConnection>()

  constructor(inner: Dialect) {
    this.#inner = inner
  }

  static of(adapter: DialectAdapter): GuardedDialect {
    const found: unknown = Reflect.get(adapter, mark)
    if (found instanceof GuardedDialect) return found
    const message =
      'the Kysely that was given has no guarded dialect, so that its queries could run without a context: new Kysely({ dialect: guardDialect(new PostgresDialect({ pool })) })'
    throw new ContextError('unguarded', message)
  }

  createDriver(): Driver {
    return new GuardedDriver(this.#inner.createDriver(), {
      identity: this,
      opened: this.#opened,
      folds: this.#inner instanceof PostgresDialect,
      turns: hasOneConnection(this.#inner.createAdapter()) ? new Turns() : null,
    })
  }

  createQueryCompiler(): QueryCompiler {
    return this.#inner.createQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    const adapter = this.#inner.createAdapter()
    Reflect.defineProperty(adapter, mark, { value: this })
    // Or else Kysely has queries wait for the one connection before the driver can refuse them, those within a context forever.
    if (hasOneConnection(adapter))
      Reflect.defineProperty(adapter, 'supportsMultipleConnections', { value: true })
    return adapter
  }

  createIntrospector(db: Parameters<Dialect['createIntrospector']>[0]): DatabaseIntrospector {
    return this.#inner.createIntrospector(db)
  }

  /** The connection that a context has been given. */
  connectionOf(context: OpenContext): GuardedConnection {
    const connection = this.#opened.get(context)
    if (connection === undefined) throw new Error(`no connection was opened for ${context}`)
    return connection
  }
}

/** As Kysely says it from 0.29 on. */
function hasOneConnection(adapter: DialectAdapter): boolean {
  return Reflect.get(adapter, 'supportsMultipleConnections') === false
}
