import { PGlite } from '@electric-sql/pglite'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/engine/engine.ts'
import { withForceSuspended } from '../../src/kysely.ts'
import { testServer } from '../server.ts'
import { type Bed, createLogins, inventory, openBed, type Tables, tenancy, tenancyDatabase } from './bed.ts'
import { pgliteDialect } from './guard/pglite-dialect.ts'

const server = testServer()
let template: Database
let bed: Bed

beforeAll(async () => {
  await createLogins(server())
  template = await tenancyDatabase(server())
})
beforeEach(async () => {
  bed = await openBed(server(), template)
})
afterEach(() => bed.close())

const linesOf = async (table: string) =>
  (await inventory(bed)).filter((line) => new RegExp(`^public\\.${table}[ .]`).test(line))

describe('createTenancy', () => {
  test('in a transaction, in none, and upgraded, makes the same', async () => {
    const made = await inventory(bed)
    await tenancy.upgradeTenancy(bed.db)
    const other = await openBed(server())
    await other.db.transaction().execute((transaction) => tenancy.createTenancy(transaction))
    expect(await inventory(other)).toEqual(made)
    expect(await inventory(bed)).toEqual(made)
    await other.close()
  })

  test('is taken back by dropTenancy', async () => {
    const other = await openBed(server())
    const before = await inventory(other)
    await tenancy.createTenancy(other.db)
    await other.db.transaction().execute((transaction) => tenancy.dropTenancy(transaction))
    expect(await inventory(other)).toEqual(before)
    await other.close()
  })
})

test('on PGlite, the family is made in a transaction and in none', async () => {
  const db = new Kysely<Tables>({ dialect: pgliteDialect(new PGlite()) })
  await tenancy.createTenancy(db)
  await tenancy.createTenantTable(db, 'customers').execute()
  await db.transaction().execute(async (transaction) => {
    await tenancy
      .createChildTable(transaction, 'notes', { parent: 'customers', column: 'customer_id' })
      .addColumn('text', 'text')
      .execute()
  })
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer from pg_class where relrowsecurity and relforcerowsecurity`.execute(db)
  expect(rows).toEqual([{ count: 5 }])
  await db.destroy()
})

describe('createChildTable', () => {
  test('refers to its parent within the tenant, with an index', async () => {
    await tenancy.createTenantTable(bed.db, 'invoices', { id: 'bigint' }).execute()
    await tenancy
      .createChildTable(bed.db, 'invoice_lines', {
        parent: 'invoices',
        column: 'invoice_id',
        parentId: 'bigint',
      })
      .addColumn('amount', 'numeric', (c) => c.notNull())
      .execute()
    expect(await linesOf('invoice_lines')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.invoice_lines p enabled t forced t .*app_user=arwd/),
        expect.stringMatching(/^public\.invoice_lines\.invoice_id bigint not null t/),
        expect.stringMatching(
          /FOREIGN KEY \(tenant_id, invoice_id\) REFERENCES invoices\(tenant_id, id\) ON DELETE CASCADE$/,
        ),
        expect.stringMatching(/CREATE INDEX .*\(tenant_id, invoice_id\)$/),
      ]),
    )
  })
})

describe('createGlobalTable', () => {
  test('is read by the application and written by migrations, with force suspended', async () => {
    await tenancy
      .createGlobalTable(bed.db, 'currencies', { tasks: { billing: ['insert'] } })
      .addColumn('code', 'text', (c) => c.primaryKey())
      .execute()
    await withForceSuspended(bed.db, 'currencies', (trx) =>
      trx.insertInto('currencies').values({ code: 'EUR' }).execute(),
    )
    expect(await bed.rows('select code from currencies')).toEqual([{ code: 'EUR' }])
    expect(await linesOf('currencies')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.currencies p enabled t forced t .*app_user=r\/migrator/),
        expect.stringMatching(/^public\.currencies policy global_select r t to {app_user}/),
      ]),
    )
  })
})

describe('createTenantPartition', () => {
  test('protects the partition as its table, and grants it to nobody', async () => {
    const roles = { delete: [] }
    await tenancy
      .createTenantTable(bed.db, 'events', { roles, partitionBy: { strategy: 'hash', columns: ['id'] } })
      .execute()
    for (const remainder of [0, 1]) {
      await tenancy.createTenantPartition(bed.db, `events_${remainder}`, {
        of: 'events',
        roles,
        bound: { modulus: 2, remainder },
      })
    }
    const lines = await linesOf('events_1')
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.events_1 p enabled t forced t (?!.*app_user)/),
      ]),
    )
    expect(lines.filter((line) => line.includes(' policy '))).toHaveLength(4)
    await tenancy.dropTenantTable(bed.db, 'events_0')
    await tenancy.dropTenantTable(bed.db, 'events')
  })
})

describe('protectTable', () => {
  const backfill = '(select i.tenant_id from public.invoices i where i.id = invoice_id)'
  const options = { backfill, backfillReads: ['invoices'] }

  beforeEach(async () => {
    await tenancy.createTenantTable(bed.db, 'invoices').execute()
    await bed.db.schema
      .createTable('payments')
      .addColumn('id', 'uuid', (c) => c.primaryKey().defaultTo(sql`gen_random_uuid()`))
      .addColumn('invoice_id', 'uuid', (c) => c.notNull())
      .execute()
    await bed.rows(`with tenant as (insert into tenants (name) values ('a'), ('b') returning id),
      invoice as (insert into invoices (tenant_id) select id from tenant returning id)
      insert into payments (invoice_id) select id from invoice`)
  })

  test.each([
    ['in a transaction', (act: typeof protect) => bed.db.transaction().execute(act)],
    ['in none', (act: typeof protect) => act(bed.db)],
    [
      'step by step',
      (_: typeof protect) => tenancy.protectTable(bed.db, 'payments', { ...options, online: true }),
    ],
  ])('fills the key and protects the table, %s, and is taken back', async (_, run) => {
    const before = await inventory(bed)
    await run(protect)
    expect(await linesOf('payments')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.payments p enabled t forced t .*app_user=arwd/),
        expect.stringMatching(/^public\.payments\.tenant_id uuid not null t default .*app\.tenant_id/),
        expect.stringMatching(/ UNIQUE \(tenant_id, id\)$/),
        expect.stringMatching(/ FOREIGN KEY \(tenant_id\) REFERENCES tenants\(id\) ON DELETE RESTRICT$/),
      ]),
    )
    const wrong =
      'select 1 from payments p join invoices i on i.id = p.invoice_id where i.tenant_id <> p.tenant_id'
    expect(await bed.rows(wrong)).toEqual([])
    expect(await linesOf('invoices')).toContainEqual(
      expect.stringMatching(/^public\.invoices p enabled t forced t/),
    )

    await tenancy.unprotectTable(bed.db, 'payments', options)
    expect(withoutGrants(await inventory(bed))).toEqual(withoutGrants(before))
  })

  async function protect(db: Bed['db']): Promise<void> {
    await tenancy.protectTable(db, 'payments', options)
  }

  test.each([false, true])('makes it a child of its parent, online %s', async (online) => {
    const parent = { table: 'invoices', column: 'invoice_id' }
    await tenancy.protectTable(bed.db, 'payments', { parent, online })
    expect(await linesOf('payments')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.payments p enabled t forced t /),
        expect.stringMatching(
          / FOREIGN KEY \(tenant_id, invoice_id\) REFERENCES invoices\(tenant_id, id\) ON DELETE CASCADE$/,
        ),
      ]),
    )
    expect(await linesOf('invoices')).toContainEqual(
      expect.stringMatching(/^public\.invoices p enabled t forced t/),
    )
  })

  test('leaves all as it was where a row finds no tenant', async () => {
    await bed.rows('insert into payments (invoice_id) values (gen_random_uuid())')
    const before = await inventory(bed)
    await expect(protect(bed.db)).rejects.toThrow(/column "tenant_id" .*contains null values/)
    await expect(bed.db.transaction().execute(protect)).rejects.toThrow(/contains null values/)
    expect(await inventory(bed)).toEqual(before)
  })

  test('step by step, names the step that failed, and refuses a transaction', async () => {
    await bed.rows('insert into payments (invoice_id) values (gen_random_uuid())')
    const online = { ...options, online: true }
    await expect(tenancy.protectTable(bed.db, 'payments', online)).rejects.toThrow(
      /^step \d+ of \d+ failed \(.*\): .* The steps before it are done, and nothing is protected yet$/,
    )
    const failing = { ...online, backfill: '(select i.tenant_id from public.invoices i where 1 / 0 = 1)' }
    await expect(tenancy.protectTable(bed.db, 'payments', { ...failing, hasKey: true })).rejects.toThrow(
      /^step 3 of \d+ failed \(Fill the key, batch by batch\): division by zero/,
    )
    expect(await linesOf('invoices')).toContainEqual(
      expect.stringMatching(/^public\.invoices p enabled t forced t/),
    )
    const inside = bed.db.transaction().execute((trx) => tenancy.protectTable(trx, 'payments', online))
    await expect(inside).rejects.toThrow(
      /online goes step by step, each committed, and this is a transaction/,
    )
  })
})

/** An owner's own grants are written out once any grant was made and taken back. */
function withoutGrants(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/( forced [tf]) .*$/, '$1'))
}

describe('withForceSuspended', () => {
  beforeEach(async () => {
    await tenancy.createTenantTable(bed.db, 'invoices').addColumn('currency', 'text').execute()
    await bed.rows(`with tenant as (insert into tenants (name) values ('a'), ('b') returning id)
      insert into invoices (tenant_id) select id from tenant`)
  })
  const forced = async () => (await linesOf('invoices')).some((line) => line.includes(' enabled t forced t'))
  const fill = (db: Bed['db']) => db.updateTable('invoices').set({ currency: 'EUR' }).executeTakeFirst()

  test('changes every row, where a plain update of the owner changes none', async () => {
    expect((await fill(bed.db)).numUpdatedRows).toBe(0n)
    const { numUpdatedRows } = await withForceSuspended(bed.db, 'invoices', fill)
    expect(numUpdatedRows).toBe(2n)
    expect(await forced()).toBe(true)
  })

  test('in a transaction, forces again before it goes on', async () => {
    await bed.db.transaction().execute(async (transaction) => {
      await withForceSuspended(transaction, ['invoices', 'tenants'], fill)
      expect((await fill(transaction)).numUpdatedRows).toBe(0n)
    })
    expect(await forced()).toBe(true)
  })

  test('that fails leaves the table forced, whether the transaction goes on or not', async () => {
    const fail = () => Promise.reject(new Error('of its own'))
    await expect(withForceSuspended(bed.db, 'invoices', fail)).rejects.toThrow('of its own')
    await bed.db.transaction().execute(async (transaction) => {
      await expect(withForceSuspended(transaction, 'invoices', fail)).rejects.toThrow('of its own')
    })
    expect(await forced()).toBe(true)
    const wrong = (db: Bed['db']) => sql`select nonsense`.execute(db)
    await expect(withForceSuspended(bed.db, 'invoices', wrong)).rejects.toThrow(/"nonsense" does not exist/)
    const inside = bed.db.transaction().execute((trx) => withForceSuspended(trx, 'invoices', wrong))
    await expect(inside).rejects.toThrow(/"nonsense" does not exist/)
    expect(await forced()).toBe(true)
  })
})
