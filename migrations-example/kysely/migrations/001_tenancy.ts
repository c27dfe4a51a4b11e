import type { MigrationDb } from 'ringfence/kysely'
import { tenancy } from '../tenancy.ts'

export async function up(db: MigrationDb): Promise<void> {
  await tenancy.createTenancy(db)
}

export async function down(db: MigrationDb): Promise<void> {
  await tenancy.dropTenancy(db)
}
