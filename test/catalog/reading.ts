import { type CatalogOptions, readCatalog } from '../../src/catalog/read-catalog.ts'
import type { Database, Engine, EngineConnection } from '../../src/engine/engine.ts'
import type { SchemaModel } from '../../src/model/schema-model.ts'

/** The model that a fresh database holds after SQL was run on it; databases and roles are gone afterwards. */
export async function readAfter(engine: Engine, sql: string, options?: CatalogOptions): Promise<SchemaModel> {
  return withDatabase(engine, async (connection) => {
    await connection.query(sql)
    return readCatalog(connection, options)
  })
}

/** Gives a connection to a fresh database; databases and roles are gone afterwards. */
export async function withDatabase<T>(
  engine: Engine,
  use: (connection: EngineConnection, database: Database) => Promise<T>,
): Promise<T> {
  const database = await engine.createDatabase()
  const connection = await database.connect()
  try {
    return await use(connection, database)
  } finally {
    await connection.close()
    await engine.reset()
  }
}
