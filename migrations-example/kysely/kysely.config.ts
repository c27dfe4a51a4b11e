import { join } from 'node:path'
import { PostgresDialect } from 'kysely'
import { defineConfig, TSFileMigrationProvider } from 'kysely-ctl'
import pg from 'pg'
import { guardMigrations } from 'ringfence/kysely'
import { tenancy } from './tenancy.ts'

export default defineConfig({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: process.env.DATABASE_URL }) }),
  migrations: {
    provider: guardMigrations(
      new TSFileMigrationProvider({ migrationFolder: join(import.meta.dirname, 'migrations') }),
      { tenancy },
    ),
  },
})
