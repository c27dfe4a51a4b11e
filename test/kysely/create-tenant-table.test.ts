import { CamelCasePlugin, CompiledQuery, type CreateTableBuilder, type Kysely, sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/engine/engine.ts'
import { defineTenancy, tenantForeignKey, tenantUnique } from '../../src/kysely.ts'
import { testServer } from '../server.ts'
import {
  type Bed,
  createLogins,
  inventory,
  kyselyAs,
  migrator,
  openBed,
  type Tables,
  tenancy,
  tenancyDatabase,
} from './bed.ts'

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

const invoices = (db: Kysely<Tables>) =>
  tenancy
    .createTenantTable(db, 'invoices', { roles: { delete: ['owner'] } })
    .addColumn('number', 'integer', (c) => c.notNull())
    .$call(tenantUnique('number'))

describe('createTenantTable', () => {
  test('makes a table with its key, forced row security, policies and grants', async () => {
    await invoices(bed.db).execute()

    const lines = (await inventory(bed)).filter((line) => line.startsWith('public.invoices'))
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.invoices p enabled t forced t {.*app_user=arwd\/migrator/),
        expect.stringMatching(/^public\.invoices\.tenant_id uuid not null t default .*app\.tenant_id/),
        expect.stringMatching(/^public\.invoices\.id uuid not null t default gen_random_uuid\(\)/),
        'public.invoices invoices_pkey PRIMARY KEY (tenant_id, id)',
        'public.invoices invoices_tenant_id_number_key UNIQUE (tenant_id, number)',
        expect.stringContaining('public.invoices policy tenant_barrier'),
      ]),
    )
    expect(lines.filter((line) => line.includes(' policy '))).toHaveLength(5)
  })

  test('in a transaction, in none, and compiled, makes the same', async () => {
    const others = [await openBed(server(), template), await openBed(server(), template)] as const
    await invoices(bed.db).execute()
    await others[0].db.transaction().execute((transaction) => invoices(transaction).execute())
    await others[1].db.executeQuery(invoices(bed.db).compile())

    const [alone, together, compiled] = [
      await inventory(bed),
      await inventory(others[0]),
      await inventory(others[1]),
    ]
    for (const other of others) await other.close()
    expect(alone.some((line) => line.startsWith('public.invoices policy'))).toBe(true)
    expect(together).toEqual(alone)
    expect(compiled).toEqual(alone)
  })

  test('sends separate statements in a transaction, and one outside', async () => {
    const sent: string[] = []
    const db = kyselyAs(bed.database, migrator, { log: ({ query }) => void sent.push(query.sql) })
    await invoices(db).execute()
    expect(sent).toEqual([expect.stringMatching(/^do \$/)])

    await tenancy.dropTenantTable(bed.db, 'invoices')
    sent.length = 0
    await db.transaction().execute((transaction) => invoices(transaction).execute())
    await db.destroy()
    expect(sent[0]).toBe('begin')
    expect(sent[1]).toMatch(/^create table "public"\."invoices" \(/)
    expect(sent).toContain('alter table public.invoices force row level security')
    expect(sent.at(-1)).toBe('commit')
  })

  test('takes the namespace of withSchema, for the table and what it refers to', async () => {
    await sql`create schema billing`.execute(bed.db)
    const db = bed.db.withSchema('billing')
    await tenancy.createTenantTable(db, 'customers').execute()
    await tenancy
      .createTenantTable(db, 'invoices')
      .addColumn('customer_id', 'uuid', (c) => c.notNull())
      .$call(tenantForeignKey('customer_id', 'customers'))
      .execute()

    const lines = (await inventory(bed)).filter((line) => line.startsWith('billing.invoices'))
    expect(lines).toContain(
      'billing.invoices invoices_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES billing.customers(tenant_id, id) ON DELETE RESTRICT',
    )
    expect(lines.filter((line) => line.includes(' policy '))).toHaveLength(5)
  })

  test('takes the names that CamelCasePlugin makes', async () => {
    const db = kyselyAs(bed.database, migrator, { plugins: [new CamelCasePlugin()] })
    await tenancy
      .createTenantTable(db, 'openInvoices', { partitionBy: { strategy: 'list', columns: ['countryCode'] } })
      .addColumn('countryCode', 'text', (c) => c.notNull())
      .addColumn('invoiceNumber', 'integer')
      .$call(tenantUnique('countryCode', 'invoiceNumber'))
      .execute()
    await tenancy.createTenantPartition(db, 'openInvoicesDe', { of: 'openInvoices', bound: { in: ['de'] } })
    await tenancy.createTenantTable(db, 'orders').execute()
    await tenancy.createChildTable(db, 'orderLines', { parent: 'orders', column: 'orderId' }).execute()
    await db.destroy()

    const lines = await inventory(bed)
    expect(lines).toEqual(
      expect.arrayContaining([
        'public.open_invoices open_invoices_pkey PRIMARY KEY (tenant_id, id, country_code)',
        'public.open_invoices open_invoices_tenant_id_country_code_invoice_number_key UNIQUE (tenant_id, country_code, invoice_number)',
        'public.order_lines order_lines_tenant_id_order_id_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES orders(tenant_id, id) ON DELETE CASCADE',
        expect.stringMatching(/^public\.open_invoices_de p enabled t forced t/),
      ]),
    )
  })

  test('with the key of another name, leads unique constraints and references by it', async () => {
    const other = defineTenancy({
      tenantKey: 'tenantId',
      tenants: 'public.organizations',
      memberships: {
        relation: 'public.members',
        tenantKey: 'tenantId',
        userKey: 'userId',
        role: 'kind',
        acceptedAt: 'acceptedAt',
        revokedAt: 'revokedAt',
      },
      context: { namespace: 'ctx', tenantSetting: 'ctx.tenant', userSetting: 'ctx.user' },
      appRole: 'the app',
    })
    const empty = await openBed(server())
    const db = kyselyAs(empty.database, migrator, { plugins: [new CamelCasePlugin()] })
    await other.createTenancy(db)
    await other.createTenantTable(db, 'customers').execute()
    await other
      .createTenantTable(db, 'invoices')
      .addColumn('customerId', 'uuid')
      .$call(tenantUnique('customerId'))
      .$call(tenantForeignKey('customerId', 'customers', { onDelete: 'cascade' }))
      .execute()
    await db.destroy()

    const lines = await inventory(empty)
    await empty.close()
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.invoices .* UNIQUE \("tenantId", customer_id\)$/),
        expect.stringMatching(
          /^public\.invoices .* FOREIGN KEY \("tenantId", customer_id\) REFERENCES customers\("tenantId", id\) ON DELETE CASCADE$/,
        ),
      ]),
    )
  })

  test('indexes each reference within the tenant once', async () => {
    await tenancy.createTenantTable(bed.db, 'customers').execute()
    await tenancy
      .createTenantTable(bed.db, 'invoices')
      .addColumn('customer_id', 'uuid')
      .addColumn('payer_id', 'uuid')
      .addColumn('number', 'integer')
      .$call(tenantUnique('payer_id', 'number'))
      .$call(tenantForeignKey('customer_id', 'customers'))
      .$call(tenantForeignKey('payer_id', 'customers'))
      .execute()

    const indexes = (await inventory(bed)).filter((line) => /^public\.invoices CREATE.*INDEX/.test(line))
    expect(indexes.map((line) => line.slice(line.indexOf('(')))).toEqual([
      '(tenant_id, customer_id)',
      '(tenant_id, id)',
      '(tenant_id, payer_id, number)',
    ])
  })

  test('keeps what Kysely has: checks, generated columns, modifiers', async () => {
    await tenancy
      .createTenantTable(bed.db, 'invoices', { id: 'bigint' })
      .addColumn('net', 'numeric', (c) => c.notNull().check(sql`net >= 0`))
      .addColumn('gross', 'numeric', (c) => c.generatedAlwaysAs(sql`net * 1.19`).stored())
      .addCheckConstraint('small', sql`net < ${sql.lit(1000)}`)
      .modifyFront(sql`unlogged`)
      .modifyEnd(sql`with (fillfactor = 70)`)
      .execute()

    const lines = (await inventory(bed)).filter((line) => line.startsWith('public.invoices'))
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.invoices u enabled t forced t/),
        expect.stringMatching(/^public\.invoices small CHECK/),
        expect.stringMatching(/^public\.invoices\.id bigint not null t/),
      ]),
    )
  })

  test.each<
    [string, (builder: CreateTableBuilder<string, Tables>) => CreateTableBuilder<string, Tables>, RegExp]
  >([
    ['ifNotExists', (b) => b.ifNotExists(), /ifNotExists\(\) would leave a table that exists as it is/],
    ['temporary', (b) => b.temporary(), /temporary\(\) makes a table of one session/],
    ['onCommit', (b) => b.onCommit('drop'), /temporary\(\) makes a table of one session/],
    ['as', (b) => b.as(sql`select 1 as one`), /as\(\) takes the columns of a query/],
    ['temp in front', (b) => b.modifyFront(sql`temp`), /modifyFront\(\) takes unlogged/],
    ['a column id', (b) => b.addColumn('id', 'uuid'), /the column id is built in, as are tenant_id, id/],
    ['a column tenant_id', (b) => b.addColumn('tenant_id', 'uuid'), /the column tenant_id is built in/],
    ['a primary key', (b) => b.addColumn('n', 'text', (c) => c.primaryKey()), /the primary key is built in/],
    [
      'a primary key constraint',
      (b) => b.addPrimaryKeyConstraint('p', ['id']),
      /the primary key is built in/,
    ],
    ['a parameter', (b) => b.addCheckConstraint('c', sql`id <> ${'x'}`), /can't have parameters.*sql\.lit/],
    [
      'a parameter in a default',
      (b) => b.addColumn('a', 'text', (c) => c.defaultTo(sql`${'x'}`)),
      /parameters/,
    ],
  ])('refuses %s, and says why', async (_, change, reason) => {
    const before = await inventory(bed)
    const builder = change(tenancy.createTenantTable(bed.db, 'invoices'))
    await expect(builder.execute()).rejects.toThrow(reason)
    await expect(builder.execute()).rejects.toThrow(/^createTenantTable\("invoices"\): /)
    expect(await inventory(bed)).toEqual(before)
  })

  test('tenantUnique and tenantForeignKey refuse a table without a tenant key', () => {
    const plain = bed.db.schema.createTable('plain').addColumn('number', 'integer')
    const shared = tenancy.createGlobalTable(bed.db, 'currencies').addColumn('number', 'integer')
    expect(() => plain.$call(tenantUnique('number'))).toThrow(/tenantUnique is for tables with a tenant key/)
    expect(() => plain.$call(tenantForeignKey('number', 'a'))).toThrow(/tenantForeignKey is for tables with/)
    expect(() => shared.$call(tenantUnique('number'))).toThrow(/tenantUnique is for tables with a tenant key/)
    shared.compile()
  })

  test('tenantForeignKey refuses to set the key null, from JavaScript too', () => {
    const options: object = { onDelete: 'set null' }
    const builder = tenancy.createTenantTable(bed.db, 'invoices').addColumn('customer_id', 'uuid')
    expect(() => builder.$call(tenantForeignKey('customer_id', 'customers', options))).toThrow(
      /on delete set null would empty the tenant key too/,
    )
    builder.compile()
  })

  test('a compiled statement can be sent as it is', async () => {
    const { sql: text, parameters } = invoices(bed.db).compile()
    expect(parameters).toEqual([])
    await bed.db.executeQuery(CompiledQuery.raw(text))
    expect((await inventory(bed)).filter((line) => line.startsWith('public.invoices policy'))).toHaveLength(5)
  })
})
