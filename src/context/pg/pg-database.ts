import type { ClientBase, Pool, PoolClient } from 'pg'
import { ContextError } from '../context-error.ts'
import { askForLoginRole, type LoginRole, refuseExemptRole } from '../exempt-role.ts'
import type { ContextNames } from '../names.ts'
import type { OpenContext } from '../open-context.ts'
import type { ContextDatabase, ContextTransaction } from '../run.ts'
import { inOneMessage, parameterised, type Statement } from '../statement.ts'
import { unguarded } from './guard-pool.ts'
import { type GuardedClient, guardClient, type TenantClient } from './tenant-client.ts'

/** A pool, a client of one, a client of its own, or the client of a context that is open. */
export type PgSource = Pool | ClientBase | TenantClient

/** What one tenancy remembers of node-postgres's clients for as long as they live. */
export class PgDatabases {
  readonly #names: ContextNames
  /** Clients whose login role was looked at. */
  readonly #checked = new WeakSet<ClientBase>()
  readonly #busy = new WeakMap<ClientBase, OpenContext>()
  readonly #identities = new WeakMap<object, object>()

  constructor(names: ContextNames) {
    this.#names = names
  }

  of(source: PgSource): ContextDatabase<TenantClient> {
    const known = this.#identities.get(source)
    const identity = known ?? (isPool(source) ? unguarded(source) : source)
    return {
      identity,
      open: async (context) => {
        if (isPool(source)) return await this.#openFromPool(unguarded(source), context)
        if (isClient(source)) return await this.#open(source, context, () => undefined)
        throw new ContextError('ended', 'the client that was given belongs to a context that is over')
      },
      reuse: (transaction) => (transaction instanceof PgTransaction ? transaction.handle : null),
    }
  }

  async #openFromPool(pool: Pool, context: OpenContext): Promise<PgTransaction> {
    const client: PoolClient = await pool.connect()
    return await this.#open(client, context, (broken) => client.release(broken))
  }

  async #open(
    client: ClientBase,
    context: OpenContext,
    release: (broken: boolean) => void,
  ): Promise<PgTransaction> {
    const problem = this.#problemWith(client, context)
    if (problem !== null) {
      release(true)
      throw problem
    }
    this.#busy.set(client, context)
    const transaction = new PgTransaction(client, context, (broken) => {
      this.#busy.delete(client)
      release(broken)
    })
    let begun = false
    try {
      if (!this.#checked.has(client)) {
        const { text, values } = parameterised(askForLoginRole(this.#names))
        refuseExemptRole(this.#names, (await client.query<LoginRole>(text, [...values])).rows)
        this.#checked.add(client)
      }
      begun = true
      await client.query(inOneMessage(context.opening))
    } catch (error) {
      const undone = begun
        ? await client.query('rollback').then(
            () => true,
            () => false,
          )
        : true
      transaction.release(!undone)
      throw error
    }
    this.#identities.set(transaction.handle, context.database)
    return transaction
  }

  #problemWith(client: ClientBase, context: OpenContext): ContextError | null {
    const other = this.#busy.get(client)
    if (other !== undefined) {
      const message = `the context of ${context} can't be opened: the client is in that of ${other}`
      return new ContextError('other context', message)
    }
    if (!isInTransaction(client)) return null
    const message = `the context of ${context} can't be opened: the client is in a transaction already`
    return new ContextError('other context', message)
  }
}

class PgTransaction implements ContextTransaction<TenantClient> {
  readonly #client: ClientBase
  readonly #context: OpenContext
  readonly #guarded: GuardedClient
  readonly #release: (broken: boolean) => void
  #failure: Error | null = null

  /** A connection that breaks while nobody waits for it says so here; without a listener the process would end. */
  readonly onError = (error: Error) => {
    this.#failure ??= error
  }

  constructor(client: ClientBase, context: OpenContext, release: (broken: boolean) => void) {
    this.#client = client
    this.#context = context
    this.#guarded = guardClient(client, context)
    this.#release = release
    client.on('error', this.onError)
  }

  get handle(): TenantClient {
    return this.#guarded.client
  }

  async send(statement: Statement): Promise<void> {
    const { text, values } = parameterised(statement)
    await this.#client.query(text, [...values])
  }

  async commit(): Promise<void> {
    this.#guarded.closeCursors()
    await this.#client.query(inOneMessage([this.#context.plan.check, 'commit']))
  }

  async undo(): Promise<void> {
    this.#guarded.closeCursors()
    await this.#client.query(inOneMessage(this.#context.undoing))
  }

  release(broken: boolean): void {
    this.#client.off('error', this.onError)
    this.#release(broken || this.#failure !== null)
  }
}

function isPool(source: PgSource): source is Pool {
  return 'totalCount' in source
}

function isClient(source: PgSource): source is ClientBase {
  return 'connect' in source
}

/** As far as the driver tells: node-postgres does since 8.20. */
function isInTransaction(client: ClientBase): boolean {
  if (!('getTransactionStatus' in client) || typeof client.getTransactionStatus !== 'function') return false
  const status: unknown = client.getTransactionStatus()
  return status === 'T' || status === 'E'
}
