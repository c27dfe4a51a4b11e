import type { DatabaseConnection, Driver, QueryCompiler, TransactionSettings } from 'kysely'
import { contextStorage, type OpenContext } from '../../context/open-context.ts'
import { outsideOfContext } from '../../context/outside-of-context.ts'
import { GuardedConnection, type KnownConnections } from './guarded-connection.ts'
import type { Turns } from './turns.ts'

type CompileQuery = QueryCompiler['compileQuery']

export interface Guarding {
  /** What stands for the database in contexts. */
  readonly identity: object
  readonly opened: WeakMap<OpenContext, GuardedConnection>
  /** Whether several statements may be one message, as node-postgres does it. */
  readonly folds: boolean
  /** Where there is but one connection. */
  readonly turns: Turns | null
}

/** A driver that hands out connections to contexts alone, and opens and ends their transactions. */
export class GuardedDriver implements Driver {
  readonly #inner: Driver
  readonly #guarding: Guarding
  readonly #known: KnownConnections = { checked: new WeakSet(), unclean: new WeakSet() }

  constructor(inner: Driver, guarding: Guarding) {
    this.#inner = inner
    this.#guarding = guarding
  }

  async init(...options: []): Promise<void> {
    await this.#inner.init(...options)
  }

  async acquireConnection(...options: []): Promise<DatabaseConnection> {
    const { identity, opened, folds, turns } = this.#guarding
    const context = contextStorage().getStore()
    if (context?.state !== 'opening' || context.database !== identity) throw outsideOfContext('query')
    const endTurn = await turns?.take()
    try {
      const inner = await this.#inner.acquireConnection(...options)
      const release = async () => {
        try {
          await this.#inner.releaseConnection(inner)
        } finally {
          endTurn?.()
        }
      }
      const connection = new GuardedConnection(inner, this.#inner, {
        context,
        known: this.#known,
        folds,
        release,
      })
      opened.set(context, connection)
      return connection
    } catch (error) {
      endTurn?.()
      throw error
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await guarded(connection).release()
  }

  async beginTransaction(connection: DatabaseConnection, _settings: TransactionSettings): Promise<void> {
    await guarded(connection).begin()
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await guarded(connection).commit()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await guarded(connection).undo()
  }

  async savepoint(connection: DatabaseConnection, name: string, compile: CompileQuery): Promise<void> {
    await this.#inner.savepoint?.(guarded(connection).inner, name, compile)
  }

  async rollbackToSavepoint(
    connection: DatabaseConnection,
    name: string,
    compile: CompileQuery,
  ): Promise<void> {
    await this.#inner.rollbackToSavepoint?.(guarded(connection).inner, name, compile)
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string, compile: CompileQuery): Promise<void> {
    await this.#inner.releaseSavepoint?.(guarded(connection).inner, name, compile)
  }

  async destroy(...options: []): Promise<void> {
    await this.#inner.destroy(...options)
  }
}

function guarded(connection: DatabaseConnection): GuardedConnection {
  if (connection instanceof GuardedConnection) return connection
  throw new Error('a connection that this driver has not handed out')
}
