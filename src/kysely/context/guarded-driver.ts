import type { DatabaseConnection, Driver, QueryCompiler, TransactionSettings } from 'kysely'
import { contextStorage, type OpenContext } from '../../context/open-context.ts'
import { outsideOfContext } from '../../context/outside-of-context.ts'
import { GuardedConnection, type KnownConnections } from './guarded-connection.ts'

type CompileQuery = QueryCompiler['compileQuery']

/** A driver that hands out connections to contexts alone, and opens and ends their transactions. */
export class GuardedDriver implements Driver {
  readonly #inner: Driver
  readonly #identity: object
  readonly #opened: WeakMap<OpenContext, GuardedConnection>
  readonly #folds: boolean
  readonly #known: KnownConnections = { checked: new WeakSet(), unclean: new WeakSet() }

  constructor(
    inner: Driver,
    identity: object,
    opened: WeakMap<OpenContext, GuardedConnection>,
    folds: boolean,
  ) {
    this.#inner = inner
    this.#identity = identity
    this.#opened = opened
    this.#folds = folds
  }

  async init(...options: []): Promise<void> {
    await this.#inner.init(...options)
  }

  async acquireConnection(...options: []): Promise<DatabaseConnection> {
    const context = contextStorage().getStore()
    if (context?.state !== 'opening' || context.database !== this.#identity) throw outsideOfContext('query')
    const inner = await this.#inner.acquireConnection(...options)
    const connection = new GuardedConnection(inner, this.#inner, context, this.#known, this.#folds)
    this.#opened.set(context, connection)
    return connection
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
