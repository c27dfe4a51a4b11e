import type { MigrationDb } from 'ringfence/kysely'
import { tenancy } from '../tenancy.ts'

/** Events are read and added, and never changed. */
const roles = { update: [], delete: [] }

export async function up(db: MigrationDb): Promise<void> {
  await tenancy
    .createTenantTable(db, 'events', {
      id: 'bigint',
      roles,
      partitionBy: { strategy: 'range', columns: ['happened_at'] },
    })
    .addColumn('happened_at', 'timestamptz', (c) => c.notNull())
    .addColumn('what', 'text', (c) => c.notNull())
    .execute()
  await tenancy.createTenantPartition(db, 'events_2026', {
    of: 'events',
    roles,
    bound: { from: ['2026-01-01'], to: ['2027-01-01'] },
  })
}

export async function down(db: MigrationDb): Promise<void> {
  await tenancy.dropTenantTable(db, 'events')
}
