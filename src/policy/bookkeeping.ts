import type { Relation } from '../model/schema-model.ts'

/** Tables in which migration tools keep what they have applied, by name. */
const bookkeepingTables: ReadonlySet<string> = new Set([
  '__diesel_schema_migrations',
  '__drizzle_migrations',
  '__EFMigrationsHistory',
  '_prisma_migrations',
  '_sqlx_migrations',
  'alembic_version',
  'ar_internal_metadata',
  'atlas_schema_revisions',
  'databasechangelog',
  'databasechangeloglock',
  'flyway_schema_history',
  'goose_db_version',
  'gorp_migrations',
  'knex_migrations',
  'knex_migrations_lock',
  'kysely_migration',
  'kysely_migration_lock',
  'mikro_orm_migrations',
  'pgmigrations',
  'refinery_schema_history',
  'schema_migration',
  'schema_migrations',
  'typeorm_metadata',
])

/** Namespaces that migration tools keep for themselves. */
const bookkeepingNamespaces: ReadonlySet<string> = new Set([
  'graphile_migrate',
  'graphile_worker',
  'hdb_catalog',
  'sqitch',
  'supabase_migrations',
])

/** Whether it is the bookkeeping of a known migration tool: no tenant's data, and no entry in the config needed. */
export function isBookkeeping(relation: Relation): boolean {
  return bookkeepingTables.has(relation.name) || bookkeepingNamespaces.has(relation.namespace)
}
