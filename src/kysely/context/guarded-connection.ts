import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import { ContextError } from '../../context/context-error.ts'
import { askForLoginRole, type LoginRole, refuseExemptRole } from '../../context/exempt-role.ts'
import type { OpenContext } from '../../context/open-context.ts'
import { afterTheEnd } from '../../context/outside-of-context.ts'
import { inOneMessage, parameterised, type Statement } from '../../context/statement.ts'

/** What a guarded dialect remembers of the connections of its driver for as long as they live. */
export interface KnownConnections {
  /** Those whose login role was looked at. */
  readonly checked: WeakSet<DatabaseConnection>
  /** Those whose last transaction may still be open, because it could not be rolled back. */
  readonly unclean: WeakSet<DatabaseConnection>
}

/** For what a connection is guarded, and how. */
export interface GuardedUse {
  readonly context: OpenContext
  readonly known: KnownConnections
  /** Whether several statements may be one message. */
  readonly folds: boolean
  /** Gives the connection back to its driver. */
  readonly release: () => Promise<void>
}

/** A connection for the length of one context: it answers while `fn` runs. */
export class GuardedConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection
  readonly #driver: Driver
  readonly #context: OpenContext
  readonly #known: KnownConnections
  readonly #folds: boolean
  readonly #giveBack: () => Promise<void>
  readonly #streams = new Set<AsyncIterator<unknown>>()
  #released = false
  /** Whether Kysely's own `rollback()` has ended the transaction. */
  undone = false

  constructor(inner: DatabaseConnection, driver: Driver, { context, known, folds, release }: GuardedUse) {
    this.#inner = inner
    this.#driver = driver
    this.#context = context
    this.#known = known
    this.#folds = folds
    this.#giveBack = release
    for (const name of ['cancelQuery', 'collectSessionInfo', 'killSession']) {
      const control: unknown = Reflect.get(inner, name)
      if (typeof control === 'function') Reflect.set(this, name, control.bind(inner))
    }
  }

  /** The connection of the driver, for what the context lets pass. */
  get inner(): DatabaseConnection {
    if (this.#context.state !== 'open') throw afterTheEnd(this.#context)
    return this.#inner
  }

  get hasOpenStreams(): boolean {
    return this.#streams.size > 0
  }

  async executeQuery<Row>(...parameters: [CompiledQuery]): Promise<QueryResult<Row>> {
    return await this.inner.executeQuery<Row>(...parameters)
  }

  async *streamQuery<Row>(
    ...parameters: Parameters<DatabaseConnection['streamQuery']>
  ): AsyncIterableIterator<QueryResult<Row>> {
    const stream = this.inner.streamQuery<Row>(...parameters)
    this.#streams.add(stream)
    try {
      for await (const result of stream) yield result
    } finally {
      this.#streams.delete(stream)
    }
  }

  async closeStreams(): Promise<void> {
    for (const stream of this.#streams) await stream.return?.()
  }

  async begin(): Promise<void> {
    if (this.#context.state !== 'opening') {
      const message = `a transaction within that of ${this.#context}: use a savepoint`
      throw new ContextError('other context', message)
    }
    let begun = false
    try {
      await this.#makeReady()
      begun = true
      await this.#send(this.#context.opening)
    } catch (error) {
      if (begun) await this.#send(['rollback']).catch(() => this.#known.unclean.add(this.#inner))
      await this.release()
      throw error
    }
  }

  async #makeReady(): Promise<void> {
    if (this.#known.unclean.has(this.#inner)) {
      await this.#send(['rollback'])
      this.#known.unclean.delete(this.#inner)
    }
    if (this.#known.checked.has(this.#inner)) return
    const { text, values } = parameterised(askForLoginRole(this.#context.names))
    const { rows } = await this.#inner.executeQuery<LoginRole>(CompiledQuery.raw(text, [...values]))
    refuseExemptRole(this.#context.names, rows)
    this.#known.checked.add(this.#inner)
  }

  async commit(): Promise<void> {
    if (this.#context.state !== 'closing') {
      const message = `the transaction of ${this.#context} is committed when fn is done, not within it`
      throw new ContextError('other context', message)
    }
    await this.#send([this.#context.plan.check, 'commit'])
  }

  async undo(): Promise<void> {
    this.#context.state = 'closing'
    this.undone = true
    try {
      await this.#send(this.#context.undoing)
    } catch (error) {
      this.#known.unclean.add(this.#inner)
      throw error
    }
  }

  async log(statement: Statement): Promise<void> {
    await this.#send([statement])
  }

  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    await this.#giveBack()
  }

  async #send(statements: readonly (string | Statement)[]): Promise<void> {
    if (this.#folds) {
      await this.#inner.executeQuery(CompiledQuery.raw(inOneMessage(statements)))
      return
    }
    for (const one of statements) await this.#sendAlone(one)
  }

  async #sendAlone(one: string | Statement): Promise<void> {
    if (one === 'begin') await this.#driver.beginTransaction(this.#inner, {})
    else if (one === 'commit') await this.#driver.commitTransaction(this.#inner)
    else if (one === 'rollback') await this.#driver.rollbackTransaction(this.#inner)
    else {
      const { text, values } = typeof one === 'string' ? { text: one, values: [] } : parameterised(one)
      await this.#inner.executeQuery(CompiledQuery.raw(text, [...values]))
    }
  }
}
