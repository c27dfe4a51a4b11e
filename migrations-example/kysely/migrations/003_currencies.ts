import { type MigrationDb, withForceSuspended } from 'ringfence/kysely'
import { tenancy } from '../tenancy.ts'

export async function up(db: MigrationDb): Promise<void> {
  await tenancy
    .createGlobalTable(db, 'currencies')
    .addColumn('code', 'text', (c) => c.primaryKey())
    .execute()
  await withForceSuspended(db, 'currencies', (trx) =>
    trx
      .insertInto('currencies')
      .values([{ code: 'EUR' }, { code: 'USD' }])
      .execute(),
  )
}

export async function down(db: MigrationDb): Promise<void> {
  await tenancy.dropTenantTable(db, 'currencies')
}
