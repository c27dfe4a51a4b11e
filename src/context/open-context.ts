import { AsyncLocalStorage } from 'node:async_hooks'
import type { ContextNames } from './names.ts'
import { type Plan, planOf } from './plan.ts'
import { describeScope, type Order } from './scope.ts'
import type { Statement } from './statement.ts'

/** A context from the moment that it is asked for until its transaction is over. */
export class OpenContext {
  readonly names: ContextNames
  readonly order: Order
  readonly plan: Plan
  /** What stands for the database that the transaction is in: the pool, the client, the dialect. */
  readonly database: object
  /** The context of another database that this one was entered in. */
  readonly outer: OpenContext | undefined
  /**
   * `opening`: only its own statements are sent. `open`: those of `fn`. `closing`: `fn` has ended, and only commit or
   * rollback are sent. `closed`: nothing is.
   */
  state: 'opening' | 'open' | 'closing' | 'closed' = 'opening'
  readonly #logs: Statement[]

  constructor(names: ContextNames, order: Order, database: object, outer?: OpenContext) {
    this.names = names
    this.order = order
    this.plan = planOf(names, order)
    this.database = database
    this.outer = outer
    this.#logs = [...this.plan.logs]
  }

  /** All that this transaction has written to the access log, for writing it again where it is rolled back. */
  get logs(): readonly Statement[] {
    return this.#logs
  }

  logged(log: Statement): void {
    this.#logs.push(log)
  }

  /** What opens the transaction. */
  get opening(): readonly (string | Statement)[] {
    const { begin, settings, logs, restriction } = this.plan
    return [...begin, settings, ...logs, ...restriction]
  }

  /** What ends a transaction that failed: what was read in it stays in the access log, in a transaction of its own. */
  get undoing(): readonly (string | Statement)[] {
    if (this.#logs.length === 0) return ['rollback']
    return ['rollback', 'begin', this.plan.settings, ...this.#logs, 'commit']
  }

  /** The context of a database among this one and those around it. */
  of(database: object): OpenContext | undefined {
    return this.database === database ? this : this.outer?.of(database)
  }

  toString(): string {
    return describeScope(this.order.scope)
  }
}

/**
 * Which context the code that runs is in. One for the process, also where the package is loaded twice: a context that one
 * copy opened must hold for the other.
 */
export function contextStorage(): AsyncLocalStorage<OpenContext> {
  const key = Symbol.for('ringfence.context')
  const found: unknown = Reflect.get(globalThis, key)
  if (found instanceof AsyncLocalStorage) return found
  const storage = new AsyncLocalStorage<OpenContext>()
  Reflect.set(globalThis, key, storage)
  return storage
}

/** The context of the code that runs; undefined outside of any, and after its end. */
export function currentContext(): OpenContext | undefined {
  const context = contextStorage().getStore()
  return context?.state === 'closed' ? undefined : context
}
