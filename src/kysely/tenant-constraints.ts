import type { CreateTableBuilder } from 'kysely'
import { tenantKeyHere, unnamed } from './place-holders.ts'
import { isProtected } from './table-node.ts'

/** What `$call` can't be given: the table has no such column. */
export interface NoSuchColumn<Column extends string> {
  readonly 'no such column': Column
}

type MustHave<Column extends string, Columns extends string> = [Column] extends [Columns]
  ? unknown
  : NoSuchColumn<Exclude<Column, Columns>>

/** A step for `$call`, which the compiler refuses where the table lacks the column. */
export type TenantConstraint<Column extends string> = <Table extends string, Columns extends string>(
  builder: CreateTableBuilder<Table, Columns> & MustHave<Column, Columns>,
) => CreateTableBuilder<Table, Columns>

export interface TenantForeignKeyOptions {
  /** What deleting the other row does: `restrict` where it is left out. */
  readonly onDelete?: 'restrict' | 'cascade' | 'no action'
}

/**
 * Makes values unique within a tenant. Between tenants they may repeat, so that nobody learns what another tenant has.
 *
 *     tenancy.createTenantTable(db, 'invoices')
 *       .addColumn('number', 'integer', (c) => c.notNull())
 *       .$call(tenantUnique('number'))
 *
 *     unique ("tenant_id", "number")
 */
export function tenantUnique<Column extends string>(
  ...columns: readonly [Column, ...Column[]]
): TenantConstraint<Column> {
  return (builder) => {
    return tenantTable(builder, 'tenantUnique').addUniqueConstraint(unnamed, [tenantKeyHere, ...columns])
  }
}

/**
 * A reference to a row of the same tenant, with the index that it needs. PostgreSQL checks references past row security: one
 * by `id` alone would let a tenant point at the rows of another.
 *
 *     tenancy.createTenantTable(db, 'invoices')
 *       .addColumn('customer_id', 'uuid', (c) => c.notNull())
 *       .$call(tenantForeignKey('customer_id', 'customers'))
 *
 *     foreign key ("tenant_id", "customer_id") references "public"."customers" ("tenant_id", "id") on delete restrict
 *     create index on public.invoices (tenant_id, customer_id)
 */
export function tenantForeignKey<Column extends string>(
  column: Column,
  table: string,
  { onDelete = 'restrict' }: TenantForeignKeyOptions = {},
): TenantConstraint<Column> {
  return (builder) => {
    if (!['restrict', 'cascade', 'no action'].includes(onDelete)) {
      throw new Error(
        `tenantForeignKey('${column}', '${table}'): on delete ${onDelete} would empty the tenant key too; take restrict, cascade or no action`,
      )
    }
    return tenantTable(builder, 'tenantForeignKey').addForeignKeyConstraint(
      unnamed,
      [tenantKeyHere, column],
      table,
      [tenantKeyHere, 'id'],
      (reference) => reference.onDelete(onDelete),
    )
  }
}

/** The builder, to which columns are names only; refused where it makes no table with a tenant key. */
function tenantTable<Table extends string, Columns extends string>(
  builder: CreateTableBuilder<Table, Columns>,
  used: string,
): CreateTableBuilder<Table, string> {
  if (isProtected(builder.toOperationNode())) return builder
  throw new Error(`${used} is for tables with a tenant key: those of createTenantTable and createChildTable`)
}
