import { type MigrationDb, withForceSuspended } from 'ringfence/kysely'

export async function up(db: MigrationDb): Promise<void> {
  await withForceSuspended(db, 'invoices', async (trx) => {
    await trx.schema
      .alterTable('invoices')
      .addColumn('currency', 'text', (c) => c.references('currencies.code'))
      .execute()
    await trx.updateTable('invoices').set({ currency: 'EUR' }).execute()
    await trx.schema
      .alterTable('invoices')
      .alterColumn('currency', (c) => c.setNotNull())
      .execute()
  })
  await db.schema
    .createIndex('invoices_by_currency')
    .on('invoices')
    .columns(['tenant_id', 'currency'])
    .execute()
}

export async function down(db: MigrationDb): Promise<void> {
  await db.schema.alterTable('invoices').dropColumn('currency').execute()
}
