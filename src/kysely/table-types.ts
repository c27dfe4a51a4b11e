import type { ColumnType, Generated } from 'kysely'

/**
 * A tenant table in the interface of a database. The tenant key can be read, and neither inserted nor updated: it comes from the
 * context. `id` is added where the columns have none.
 *
 *     interface Database {
 *       invoices: TenantTable<{ number: number; customer_id: string }>
 *       projects: TenantTable<{ title: string }, 'organization_id'>
 *     }
 */
export type TenantTable<Columns, Key extends string = 'tenant_id'> = Omit<Columns, Key> &
  ('id' extends keyof Columns ? unknown : { readonly id: Generated<string> }) & {
    readonly [Name in Key]: ColumnType<string, never, never>
  }
