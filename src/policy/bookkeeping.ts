import type { Relation } from '../model/schema-model.ts'

/** Tables in which migration tools keep what they have applied, with the columns that any version of them writes. */
const bookkeepingTables: Readonly<Record<string, string>> = {
  __diesel_schema_migrations: 'version run_on',
  __drizzle_migrations: 'id hash created_at name applied_at',
  __EFMigrationsHistory: 'MigrationId ProductVersion migration_id product_version',
  _prisma_migrations:
    'id checksum finished_at migration_name logs rolled_back_at started_at applied_steps_count',
  _sqlx_migrations: 'version description installed_on success checksum execution_time',
  alembic_version: 'version_num',
  ar_internal_metadata: 'key value created_at updated_at',
  atlas_schema_revisions:
    'version description type applied total executed_at execution_time error error_stmt hash partial_hashes operator_version',
  databasechangelog:
    'id author filename dateexecuted orderexecuted exectype md5sum description comments tag liquibase contexts labels deployment_id',
  databasechangeloglock: 'id locked lockgranted lockedby',
  flyway_schema_history:
    'installed_rank version description type script checksum installed_by installed_on execution_time success',
  goose_db_version: 'id version_id is_applied tstamp',
  gorp_migrations: 'id applied_at',
  knex_migrations: 'id name batch migration_time',
  knex_migrations_lock: 'index is_locked',
  kysely_migration: 'name timestamp',
  kysely_migration_lock: 'id is_locked',
  mikro_orm_migrations: 'id name executed_at',
  pgmigrations: 'id name run_on',
  refinery_schema_history: 'version name applied_on checksum',
  schema_migration: 'version version_self',
  // Of many tools, and of runners that somebody wrote himself.
  schema_migrations: `
    id version name file filename migration description script checksum hash sha256 dirty success batch statements created_by applied_by
    installed_by applied_at executed_at inserted_at installed_at installed_on created_at migrated_at run_at run_on duration duration_ms
    execution_time execution_time_ms execution_ms`,
  typeorm_metadata: 'type database schema table name value',
}

/** Namespaces that migration tools keep for themselves, with their tables. */
const bookkeepingNamespaces: Readonly<Record<string, string>> = {
  graphile_migrate: 'current migrations',
  graphile_worker: `
    job_queues jobs known_crontabs migrations _private_job_queues _private_jobs _private_known_crontabs _private_tasks`,
  hdb_catalog: `
    event_invocation_logs event_log event_triggers migration_settings remote_schema_permissions remote_schemas schema_migrations
    schema_notifications`,
  sqitch: 'changes dependencies events projects releases tags',
  supabase_migrations: 'schema_migrations seed_files',
}

/**
 * Whether it is the bookkeeping of a known migration tool: no tenant's data, and no entry in the config needed. Its name alone says
 * nothing: a table that holds more than the tool writes is somebody's own.
 */
export function isBookkeeping({ name, namespace, columns }: Relation): boolean {
  if (listed(bookkeepingNamespaces, namespace)?.has(name)) return true
  // Each version of Hasura has others.
  if (namespace === 'hdb_catalog' && name.startsWith('hdb_')) return true
  const written = listed(bookkeepingTables, name)
  return written !== null && columns.every((column) => written.has(column.name))
}

function listed(lists: Readonly<Record<string, string>>, name: string): ReadonlySet<string> | null {
  return Object.hasOwn(lists, name) ? new Set(lists[name]?.trim().split(/\s+/)) : null
}
