import type { ControlledTransaction, Kysely } from 'kysely'
import { ContextError } from '../../context/context-error.ts'
import type { OpenContext } from '../../context/open-context.ts'
import type { ContextDatabase, ContextTransaction } from '../../context/run.ts'
import type { Statement } from '../../context/statement.ts'
import { GuardedDialect } from './guard-dialect.ts'
import type { GuardedConnection } from './guarded-connection.ts'

/** What `fn` is given: a transaction with savepoints, which ends with `fn` and not before. */
export type TenantTransaction<Tables> = ControlledTransaction<Tables>

export function kyselyDatabase<Tables>(db: Kysely<Tables>): ContextDatabase<TenantTransaction<Tables>> {
  const dialect = GuardedDialect.of(db.getExecutor().adapter)
  return {
    identity: dialect,
    async open(context) {
      if (db.isTransaction) {
        throw new ContextError('ended', 'the transaction that was given belongs to a context that is over')
      }
      const trx = await db.startTransaction().execute()
      return new KyselyTransaction(trx, dialect.connectionOf(context), context)
    },
    reuse: (transaction) =>
      transaction instanceof KyselyTransaction ? withPluginsOf(db, transaction.handle) : null,
  }
}

/** The same transaction, as `db` would see it: with its schema, and its naming of columns. */
function withPluginsOf<Tables>(
  db: Kysely<Tables>,
  transaction: TenantTransaction<Tables>,
): TenantTransaction<Tables> {
  let trx = transaction.withoutPlugins()
  for (const plugin of db.getExecutor().plugins) trx = trx.withPlugin(plugin)
  return trx
}

class KyselyTransaction<Tables> implements ContextTransaction<TenantTransaction<Tables>> {
  readonly handle: TenantTransaction<Tables>
  readonly #connection: GuardedConnection
  readonly #context: OpenContext

  constructor(handle: TenantTransaction<Tables>, connection: GuardedConnection, context: OpenContext) {
    this.handle = handle
    this.#connection = connection
    this.#context = context
  }

  async send(statement: Statement): Promise<void> {
    await this.#connection.log(statement)
  }

  async commit(): Promise<void> {
    if (this.#connection.undone) {
      const message = `the transaction of ${this.#context} was rolled back within it`
      throw new ContextError('changed', message)
    }
    if (this.#connection.hasOpenStreams) {
      await this.#connection.closeStreams()
      await this.#connection.commit()
    } else await this.handle.commit().execute()
  }

  async undo(): Promise<void> {
    if (this.#connection.undone) return
    if (this.#connection.hasOpenStreams) {
      await this.#connection.closeStreams()
      await this.#connection.undo()
    } else await this.handle.rollback().execute()
  }

  /** Kysely has given it back already, but where a stream that was left open keeps it from that. */
  async release(): Promise<void> {
    await this.#connection.release()
  }
}
