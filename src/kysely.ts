/** `ringfence/kysely`: migrations that can't get isolation wrong, and the tenant context at run time, for Kysely. */
export { ContextError, type ContextErrorCode } from './context/context-error.ts'
export { type Job, JobBatchError, type JobDefinition, type JobItem } from './context/job.ts'
export type { ContextDeclaration } from './context/names.ts'
export type { SupportOptions, SystemTaskOptions, TenantOptions, UserOptions } from './context/options.ts'
export { defineJob, withTenant, withUser } from './kysely/context/default-context.ts'
export { guardDialect } from './kysely/context/guard-dialect.ts'
export type { TenantTransaction } from './kysely/context/kysely-database.ts'
export { type KyselyContext, type KyselyWork, tenantContext } from './kysely/context/tenant-context.ts'
export type { TenancyOptions } from './kysely/declared.ts'
export { defineTenancy } from './kysely/define-tenancy.ts'
export { withForceSuspended } from './kysely/force.ts'
export {
  type GuardableMigration,
  type GuardableProvider,
  type GuardOptions,
  guardMigrations,
} from './kysely/guard/guard-migrations.ts'
export { MigrationRefused, type Problem } from './kysely/guard/migration-refused.ts'
export type { MigrationDb } from './kysely/migration-db.ts'
export type { ExistingTableOptions } from './kysely/protect-existing.ts'
export type { TenantTable } from './kysely/table-types.ts'
export type {
  ChildTableOptions,
  CreationOptions,
  DefinedTenancy,
  GlobalTableOptions,
  TenantPartitionOptions,
  TenantTableOptions,
} from './kysely/tenancy-api.ts'
export { type TenantForeignKeyOptions, tenantForeignKey, tenantUnique } from './kysely/tenant-constraints.ts'
