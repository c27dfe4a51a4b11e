import { type Insertable, type Kysely, type Selectable, sql, type Transaction, type Updateable } from 'kysely'
import {
  defineTenancy,
  type MigrationDb,
  type TenantTable,
  tenantForeignKey,
  tenantUnique,
  withForceSuspended,
} from '../../src/kysely.ts'

interface Database {
  invoices: TenantTable<{ number: number; customer_id: string }>
  projects: TenantTable<{ id: string; title: string }, 'organization_id'>
}

declare const app: Kysely<Database>
declare const transaction: Transaction<Database>
declare const db: MigrationDb
declare const plain: Kysely<unknown>

const tenancy = defineTenancy({ appRole: 'app_user' })

/** As Kysely has it in every version: `Migration` moved in 0.29. */
interface Migration {
  // biome-ignore lint/suspicious/noExplicitAny: as in Kysely
  up(db: Kysely<any>): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: as in Kysely
  down?(db: Kysely<any>): Promise<void>
}

export const migration = {
  async up(db: MigrationDb): Promise<void> {
    await tenancy
      .createTenantTable(db, 'invoices')
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('customer_id', 'uuid')
      .$call(tenantUnique('number'))
      .$call(tenantUnique('number', 'customer_id'))
      .$call(tenantForeignKey('customer_id', 'customers', { onDelete: 'cascade' }))
      .execute()
    await db.schema.createIndex('invoices_number').on('invoices').column('number').execute()
    await db.insertInto('invoices').values({ number: 1 }).execute()
    await sql`select 1`.execute(db)
  },
  async down(db: MigrationDb): Promise<void> {
    await tenancy.dropTenantTable(db, 'invoices')
  },
} satisfies Migration

// Whatever is handed to a migration will do.
export const created = [
  tenancy.createTenantTable(app, 'a'),
  tenancy.createTenantTable(transaction, 'a'),
  tenancy.createTenantTable(plain, 'a'),
  tenancy.createTenantTable(db.withSchema('billing'), 'a').addUniqueConstraint('u', ['tenant_id', 'id']),
  withForceSuspended(app, 'invoices', (trx) => trx.selectFrom('invoices').select('number').execute()),
]

// @ts-expect-error A table is created through the tenancy.
db.schema.createTable('invoices')
// @ts-expect-error In any namespace.
db.schema.withSchema('billing').createTable('invoices')
// @ts-expect-error However one gets at it.
db.withSchema('billing').withoutPlugins().schema.createTable('invoices')
// @ts-expect-error In a transaction of its own as well.
db.transaction().execute((trx) => trx.schema.createTable('invoices').execute())
// @ts-expect-error On a connection as well.
db.connection().execute((one) => one.schema.createTable('invoices').execute())

// @ts-expect-error The table has no such column.
tenancy.createTenantTable(db, 'invoices').$call(tenantUnique('number'))
// @ts-expect-error Nor one of several.
tenancy.createTenantTable(db, 'invoices').addColumn('a', 'text').$call(tenantUnique('a', 'b'))
// @ts-expect-error A reference is of a column of the table.
tenancy.createTenantTable(db, 'invoices').$call(tenantForeignKey('customer_id', 'customers'))
tenancy
  .createTenantTable(db, 'invoices')
  .addColumn('customer_id', 'uuid')
  // @ts-expect-error It would empty the tenant key too.
  .$call(tenantForeignKey('customer_id', 'customers', { onDelete: 'set null' }))
// @ts-expect-error The column is named tenant_id here.
tenancy.createTenantTable(db, 'invoices').addUniqueConstraint('u', ['organization_id'])
// @ts-expect-error The reason of a shared table is in the declaration.
tenancy.createGlobalTable(db, 'currencies', { reason: 'ISO 4217' })
// @ts-expect-error Which asks for it.
defineTenancy({ globalTables: [{ relation: 'public.currencies' }] })
// @ts-expect-error A child has a parent.
tenancy.createChildTable(db, 'lines', { column: 'invoice_id' })

const organizations = defineTenancy({ tenantKey: 'organization_id' })
organizations.createTenantTable(db, 'projects').addUniqueConstraint('u', ['organization_id', 'id'])
organizations
  .createChildTable(db, 'tasks', { parent: 'projects', column: 'project_id' })
  .$call(tenantUnique('project_id'))

// @ts-expect-error There is no such key.
defineTenancy({ tenantkey: 'organization_id' })
// @ts-expect-error There is no such type of keys.
defineTenancy({ keyType: 'integer' })

export const read: Selectable<Database['invoices']> = {
  id: 'a',
  tenant_id: 'b',
  number: 1,
  customer_id: 'c',
}
export const inserted: Insertable<Database['invoices']> = { number: 1, customer_id: 'c' }
export const withId: Insertable<Database['invoices']> = { id: 'a', number: 1, customer_id: 'c' }
export const own: Insertable<Database['projects']> = { id: 'a', title: 'b' }

// @ts-expect-error The tenant key comes from the context.
export const forged: Insertable<Database['invoices']> = { tenant_id: 'b', number: 1, customer_id: 'c' }
// @ts-expect-error A row stays with its tenant.
export const moved: Updateable<Database['invoices']> = { tenant_id: 'b' }
// @ts-expect-error The key of another name just so.
export const other: Insertable<Database['projects']> = { organization_id: 'b', id: 'a', title: 'b' }
// @ts-expect-error Columns that aren't null are asked for.
export const short: Insertable<Database['invoices']> = { number: 1 }
// @ts-expect-error In a query as well.
app.insertInto('invoices').values({ number: 1, customer_id: 'c', tenant_id: 'b' })
// @ts-expect-error In an update as well.
app.updateTable('invoices').set({ tenant_id: 'b' })
// @ts-expect-error By name as well.
app.updateTable('invoices').set('tenant_id', 'b')
app.selectFrom('invoices').where('tenant_id', '=', 'b').select(['tenant_id', 'number'])
