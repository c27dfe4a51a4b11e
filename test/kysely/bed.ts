import { Kysely, type KyselyPlugin, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database, Engine } from '../../src/engine/engine.ts'
import { defineTenancy } from '../../src/kysely.ts'

export const migrator = 'migrator'
export const login = 'web'

export const tenancy = defineTenancy({ appRole: 'app_user' })

/** The tables of a migration are whatever its database has. */
// biome-ignore lint/suspicious/noExplicitAny: Kysely's own migrations take Kysely<any>
export type Anything = any

/** The migrator and the login of the application, neither a superuser. */
export async function createLogins(engine: Engine): Promise<void> {
  const connection = await engine.database.connect()
  await connection.query(`create role ${migrator} login createrole`)
  await connection.query(`create role ${login} login`)
  await connection.close()
}

export interface Bed {
  readonly database: Database
  /** Connected as the migrator, who owns the database. */
  readonly db: Kysely<Anything>
  /** The rows of a query, as the superuser. */
  rows<Row>(query: string): Promise<readonly Row[]>
  close(): Promise<void>
}

export async function openBed(engine: Engine, plugins: readonly KyselyPlugin[] = []): Promise<Bed> {
  const database = await engine.createDatabase()
  const admin = await database.connect()
  await admin.query(`alter database ${database.name} owner to ${migrator}`)
  const db = kyselyAs(database, migrator, plugins)
  return {
    database,
    db,
    rows: (query) => admin.query(query),
    close: async () => {
      await db.destroy()
      await admin.close()
    },
  }
}

export function kyselyAs(
  database: Database,
  user: string,
  plugins: readonly KyselyPlugin[] = [],
): Kysely<Anything> {
  const url = new URL(database.url)
  url.username = user
  const pool = new pg.Pool({ connectionString: url.href, max: 2 })
  pool.on('error', () => {})
  return new Kysely<Anything>({ dialect: new PostgresDialect({ pool }), plugins: [...plugins] })
}
