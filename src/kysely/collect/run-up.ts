import type { DatabaseConnection, Driver, Kysely, KyselyPlugin } from 'kysely'
import type { KyselyModule, RunnableMigration } from './load-migration.ts'

/** Runs `up` as Kysely's migrator does, over a connection whose transactions are somebody else's. */
export async function runUp(
  { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler }: KyselyModule,
  migration: RunnableMigration,
  {
    connection,
    plugins,
  }: { readonly connection: DatabaseConnection; readonly plugins: readonly KyselyPlugin[] },
): Promise<void> {
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    releaseConnection: nothing,
    destroy: nothing,
  }
  const db: Kysely<unknown> = new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (handle) => new PostgresIntrospector(handle),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [...plugins],
  })
  try {
    if (migration.config?.transaction === false) await db.connection().execute((one) => migration.up(one))
    else await db.transaction().execute((transaction) => migration.up(transaction))
  } finally {
    await db.destroy()
  }
}

async function nothing(): Promise<void> {}
