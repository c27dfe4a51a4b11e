import type { MigrationDb } from 'ringfence/kysely'
import { tenantUnique } from 'ringfence/kysely'
import { tenancy } from '../tenancy.ts'

export async function up(db: MigrationDb): Promise<void> {
  await tenancy
    .createTenantTable(db, 'customers', { support: true, roles: { delete: ['owner', 'admin'] } })
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('vat_id', 'text')
    .$call(tenantUnique('vat_id'))
    .execute()
}

export async function down(db: MigrationDb): Promise<void> {
  await tenancy.dropTenantTable(db, 'customers')
}
