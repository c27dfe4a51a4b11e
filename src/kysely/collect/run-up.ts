import { setImmediate } from 'node:timers/promises'
import type { DatabaseConnection, Driver, Kysely, KyselyPlugin } from 'kysely'
import { quoteIdentifier } from '../../sql/identifiers.ts'
import type { KyselyModule, RunnableMigration } from './load-migration.ts'

/**
 * Runs `up` as Kysely's migrator does, over a connection whose transactions are somebody else's. Rejects where it leaves a timer running: what
 * that sends would come too late to be told.
 */
export async function runUp(
  { CompiledQuery, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler }: KyselyModule,
  migration: RunnableMigration,
  {
    connection,
    plugins,
  }: { readonly connection: DatabaseConnection; readonly plugins: readonly KyselyPlugin[] },
): Promise<void> {
  const isAlone = migration.config?.transaction === false
  const send = async (sql: string) => {
    if (isAlone) await connection.executeQuery(CompiledQuery.raw(sql))
  }
  const driver = new DriverOf(connection, send)
  const db: Kysely<unknown> = new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (handle) => new PostgresIntrospector(handle),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [...plugins],
  })
  const before = timers()
  try {
    if (isAlone) await db.connection().execute((one) => migration.up(one))
    else await db.transaction().execute((transaction) => migration.up(transaction))
    await setImmediate()
    if (timers() > before) throw new Error('it leaves a timer running, which may send more')
  } finally {
    await db.destroy()
  }
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

/** Transactions that the migration opens by itself are sent; the one around it is somebody else's. */
class DriverOf implements Driver {
  readonly #connection: DatabaseConnection
  readonly #send: (sql: string) => Promise<void>

  constructor(connection: DatabaseConnection, send: (sql: string) => Promise<void>) {
    this.#connection = connection
    this.#send = send
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  beginTransaction(): Promise<void> {
    return this.#send('begin')
  }

  commitTransaction(): Promise<void> {
    return this.#send('commit')
  }

  rollbackTransaction(): Promise<void> {
    return this.#send('rollback')
  }

  savepoint(_: DatabaseConnection, name: string): Promise<void> {
    return this.#send(`savepoint ${quoteIdentifier(name)}`)
  }

  rollbackToSavepoint(_: DatabaseConnection, name: string): Promise<void> {
    return this.#send(`rollback to savepoint ${quoteIdentifier(name)}`)
  }

  releaseSavepoint(_: DatabaseConnection, name: string): Promise<void> {
    return this.#send(`release savepoint ${quoteIdentifier(name)}`)
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}
