/** `ringfence/kysely`: migrations that can't get isolation wrong, for Kysely. */
export type { TenancyOptions } from './kysely/declared.ts'
export { defineTenancy } from './kysely/define-tenancy.ts'
export { withForceSuspended } from './kysely/force.ts'
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
