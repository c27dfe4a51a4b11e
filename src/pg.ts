/** `ringfence/pg`: the tenant context at run time, for node-postgres alone. */
export { ContextError, type ContextErrorCode } from './context/context-error.ts'
export { type Job, JobBatchError, type JobDefinition, type JobItem } from './context/job.ts'
export type { ContextDeclaration } from './context/names.ts'
export type {
  SupportOptions,
  SystemTaskOptions,
  TenantOptions,
  UserOptions,
} from './context/options.ts'
export { defineJob, withTenant, withUser } from './context/pg/default-context.ts'
export { guardPool } from './context/pg/guard-pool.ts'
export type { PgSource } from './context/pg/pg-database.ts'
export type { TenantClient } from './context/pg/tenant-client.ts'
export { type PgWork, type TenantContext, tenantContext } from './context/pg/tenant-context.ts'
