import { promises as fs } from 'node:fs'
import path from 'node:path'
import { FileMigrationProvider, Kysely, Migrator, PostgresDialect } from 'kysely'
import pg from 'pg'
import { guardMigrations } from 'ringfence/kysely'
import { tenancy } from './tenancy.ts'

const migrationFolder = path.join(import.meta.dirname, 'migrations')
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
const provider = new FileMigrationProvider({ fs, path, migrationFolder })
const migrator = new Migrator({
  db,
  provider: guardMigrations(provider, { tenancy }),
})

const { error, results = [] } = await migrator.migrateToLatest()
for (const { migrationName, status } of results) console.log(`${status} ${migrationName}`)
await db.destroy()
if (error !== undefined) throw error
