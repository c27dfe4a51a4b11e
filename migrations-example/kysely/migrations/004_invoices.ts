import { type MigrationDb, tenantForeignKey, tenantUnique } from 'ringfence/kysely'
import { tenancy } from '../tenancy.ts'

export async function up(db: MigrationDb): Promise<void> {
  await tenancy
    .createTenantTable(db, 'invoices', { support: true, tasks: { billing: ['select', 'update'] } })
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('customer_id', 'uuid', (c) => c.notNull())
    .addColumn('issued_on', 'date', (c) => c.notNull())
    .$call(tenantUnique('number'))
    .$call(tenantForeignKey('customer_id', 'customers'))
    .execute()

  await tenancy
    .createChildTable(db, 'invoice_lines', { parent: 'invoices', column: 'invoice_id' })
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('amount', 'numeric(12, 2)', (c) => c.notNull())
    .execute()
}

export async function down(db: MigrationDb): Promise<void> {
  await tenancy.dropTenantTable(db, 'invoice_lines')
  await tenancy.dropTenantTable(db, 'invoices')
}
