import { type Kysely, sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/engine/engine.ts'
import { defineTenancy, tenantForeignKey, tenantUnique } from '../../src/kysely.ts'
import { testServer } from '../server.ts'
import { type Bed, createLogins, inventory, openBed, type Tables, tenancy, tenancyDatabase } from './bed.ts'

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

/** In a transaction and in none: what fails, and that the database is as before. */
async function failsEverywhere(
  act: (db: Kysely<Tables>) => Promise<unknown>,
  message: RegExp,
): Promise<void> {
  const before = await inventory(bed)
  await expect(act(bed.db)).rejects.toThrow(message)
  expect(await inventory(bed)).toEqual(before)
  await expect(bed.db.transaction().execute(act)).rejects.toThrow(message)
  expect(await inventory(bed)).toEqual(before)
}

/** Without dots, which to Kysely separate the namespace from the table. */
const attack = `x"; drop table tenants; --`
const quoteAttack = `x'); drop table tenants; --`
const dollarAttack = `x$$; drop table tenants; $body1$; end $$ --`
const sixtyThree = 'n'.repeat(63)

describe('names', () => {
  const names = [
    'order',
    'Invoice',
    'in voice',
    'select',
    'äöü',
    sixtyThree,
    attack,
    quoteAttack,
    dollarAttack,
  ]

  test.each(names)('%s is a name like any other, for a table, columns and their references', async (name) => {
    const column = name === 'select' ? 'from' : name
    for (const db of [bed.db, bed.db.withSchema('public')]) {
      await tenancy
        .createTenantTable(db, name)
        .addColumn(column, 'text')
        .$call(tenantUnique(column))
        .execute()
      await tenancy
        .createChildTable(db, 'child', { parent: name, column: `${column}`.slice(0, 60) })
        .addColumn('also', 'uuid')
        .$call(tenantForeignKey('also', name))
        .execute()
      const lines = await inventory(bed)
      expect(lines.filter((line) => line.includes(' policy tenant_barrier '))).toHaveLength(2)
      expect(lines).toContainEqual(expect.stringMatching(/^public\.tenants p enabled t/))
      await tenancy.dropTenantTable(db, 'child')
      await tenancy.dropTenantTable(db, name)
    }
  })

  test.each(names)('%s is a name like any other, for what the tenancy itself is made of', async (name) => {
    const task = name.slice(0, 51)
    const other = defineTenancy({
      tenantKey: name,
      tenants: `public.${quoted(`t${name}`.slice(0, 60))}`,
      memberships: {
        relation: `public.${quoted(`m${name}`.slice(0, 60))}`,
        tenantKey: `1${name}`.slice(0, 60),
        userKey: `2${name}`.slice(0, 60),
        role: `3${name}`.slice(0, 60),
        acceptedAt: `4${name}`.slice(0, 60),
        revokedAt: `5${name}`.slice(0, 60),
      },
      context: { namespace: `c${name}`.slice(0, 60), functionOwner: `o${name}`.slice(0, 60) },
      accessLog: `public.${quoted(`l${name}`.slice(0, 60))}`,
      appRole: `a${name}`.slice(0, 60),
      supportRole: `s${name}`.slice(0, 60),
      systemTasks: [{ name: task, role: `r${name}`.slice(0, 60), reason: attack }],
      memberRoles: [name, 'other'],
      globalTables: [{ relation: 'public.shared', reason: quoteAttack }],
    })
    const empty = await openBed(server())
    const before = await inventory(empty)
    const roles = { delete: [name] }
    await other.createTenancy(empty.db)
    await other
      .createTenantTable(empty.db, 'invoices', { roles, support: true, tasks: { [task]: ['select'] } })
      .execute()
    await other.createGlobalTable(empty.db, 'shared').addColumn('code', 'text').execute()
    await other.upgradeTenancy(empty.db)
    expect(await inventory(empty)).toContainEqual(
      expect.stringMatching(/^public\.invoices p enabled t forced t/),
    )
    await other.dropTenantTable(empty.db, 'shared')
    await other.dropTenantTable(empty.db, 'invoices')
    await other.dropTenancy(empty.db)
    expect(await inventory(empty)).toEqual(before)
    await empty.close()
  })

  test.each([
    ['of 64 bytes', 'n'.repeat(64), /has 64 bytes, and PostgreSQL keeps 63/],
    ['of 64 bytes in characters of two', 'ä'.repeat(32), /has 64 bytes/],
    ['with a NUL', 'a\0b', /holds a NUL character/],
    ['that is empty', '', /a name is empty/],
  ])('one %s is refused before any SQL', async (_, name, message) => {
    await failsEverywhere((db) => tenancy.createTenantTable(db, name).execute(), message)
    await failsEverywhere(
      (db) => tenancy.createTenantTable(db, 'a').addColumn(name, 'text').execute(),
      message,
    )
    await failsEverywhere((db) => tenancy.createGlobalTable(db, name).addColumn('a', 'text').execute(), /./)
    await failsEverywhere((db) => tenancy.protectTable(db, name), message)
    await failsEverywhere((db) => tenancy.dropTenantTable(db, name), message)
    await failsEverywhere(
      (db) => tenancy.createTenantPartition(db, name, { of: 'tenants', bound: 'default' }),
      message,
    )
    await failsEverywhere(
      (db) => tenancy.createChildTable(db, 'c', { parent: name, column: 'a_id' }).execute(),
      message,
    )
    await failsEverywhere(
      (db) => tenancy.createChildTable(db, 'c', { parent: 'a', column: name }).execute(),
      message,
    )
  })

  test('a table shared by all tenants is in the declaration, or refused', async () => {
    await failsEverywhere(
      (db) => tenancy.createGlobalTable(db, 'countries').addColumn('code', 'text').execute(),
      /public\.countries is not among the globalTables of the tenancy: declare it there with the reason/,
    )
  })
})

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

describe('what stands in the way', () => {
  test('a table that exists is left as it is, and the way to protect it named', async () => {
    await bed.db.schema.createTable('invoices').addColumn('id', 'uuid').execute()
    await failsEverywhere(
      (db) => tenancy.createTenantTable(db, 'invoices').execute(),
      /relation "invoices" already exists\. A table that exists is not created again: tenancy\.protectTable/,
    )
  })

  test('a reference by the id alone is refused, and the way to refer named', async () => {
    await tenancy.createTenantTable(bed.db, 'customers').execute()
    await failsEverywhere(
      (db) =>
        tenancy
          .createTenantTable(db, 'invoices')
          .addColumn('customer_id', 'uuid', (c) => c.references('customers.id'))
          .execute(),
      /A tenant table is referred to within the tenant: .*tenantForeignKey/,
    )
  })

  test('a table that the declaration has elsewhere is no tenant table', async () => {
    const elsewhere = defineTenancy({
      globalTables: [{ relation: 'public.currencies', reason: 'ISO 4217' }],
      systemTables: ['public.queue'],
      tenantKeys: { 'public.projects': 'organization_id' },
    })
    const cases: [string, RegExp][] = [
      [
        'currencies',
        /public\.currencies is among the globalTables of the tenancy: create it with createGlobalTable/,
      ],
      ['queue', /public\.queue is among the systemTables of the tenancy/],
      ['projects', /the key of public\.projects is organization_id by tenantKeys .* have tenant_id/],
    ]
    for (const [name, message] of cases) {
      await failsEverywhere((db) => elsewhere.createTenantTable(db, name).execute(), message)
      await failsEverywhere((db) => elsewhere.protectTable(db, name), message)
      const options = { parent: 'tenants', column: 'a_id' }
      await failsEverywhere((db) => elsewhere.createChildTable(db, name, options).execute(), message)
      const partition = { of: 'tenants', bound: 'default' } as const
      await failsEverywhere((db) => elsewhere.createTenantPartition(db, name, partition), message)
    }
  })

  test('an option that there is not is refused, and not passed over', async () => {
    const options: object = { role: { delete: ['owner'] } }
    const message = /has no option role; did you mean "roles"\?/
    await expect(async () => tenancy.createTenantTable(bed.db, 'a', options)).rejects.toThrow(message)
    const child = { parent: 'tenants', column: 'a_id', ...options }
    await expect(async () => tenancy.createChildTable(bed.db, 'a', child)).rejects.toThrow(message)
    const partition = { of: 'tenants', bound: 'default', ...options } as const
    await expect(tenancy.createTenantPartition(bed.db, 'a', partition)).rejects.toThrow(message)
    await expect(tenancy.protectTable(bed.db, 'a', options)).rejects.toThrow(message)
    await expect(tenancy.createTenancy(bed.db, options)).rejects.toThrow(/has no option role/)
    const shared = tenancy.createGlobalTable(bed.db, 'currencies', options).addColumn('a', 'text')
    await expect(shared.execute()).rejects.toThrow(/has no option role/)
  })

  test('an error that is explained keeps its code and its cause', async () => {
    await bed.db.schema.createTable('invoices').addColumn('id', 'uuid').execute()
    const failed = tenancy.createTenantTable(bed.db, 'invoices').execute()
    await expect(failed).rejects.toMatchObject({ code: '42P07', cause: { code: '42P07' } })
  })

  test('a table that others refer to is not dropped', async () => {
    await tenancy.createTenantTable(bed.db, 'customers').execute()
    await tenancy.createChildTable(bed.db, 'notes', { parent: 'customers', column: 'customer_id' }).execute()
    await failsEverywhere((db) => tenancy.dropTenantTable(db, 'customers'), /other objects depend on it/)
  })

  test('roles that no member has, and tasks that are not declared, are refused', async () => {
    const options: [object, RegExp][] = [
      [{ roles: { delete: ['boss'] } }, /boss/],
      [{ tasks: { export: ['select'] } }, /export/],
    ]
    for (const [option, message] of options) {
      await failsEverywhere((db) => tenancy.createTenantTable(db, 'invoices', option).execute(), message)
    }
  })

  test.each([
    ['createTenantTable', (db: Kysely<Tables>) => tenancy.createTenantTable(db, 'invoices').execute()],
    ['upgradeTenancy', (db: Kysely<Tables>) => tenancy.upgradeTenancy(db)],
    ['dropTenancy', (db: Kysely<Tables>) => tenancy.dropTenancy(db)],
    ['protectTable', (db: Kysely<Tables>) => tenancy.protectTable(db, 'payments')],
  ])('%s says that there is no tenancy, where there is none', async (_, act) => {
    const empty = await openBed(server())
    await empty.db.schema.createTable('payments').addColumn('id', 'uuid').execute()
    const before = await inventory(empty)
    const message =
      /This database has no tenancy yet.*: call tenancy\.createTenancy\(db\) in an earlier migration/
    await expect(act(empty.db)).rejects.toThrow(message)
    await expect(empty.db.transaction().execute(act)).rejects.toThrow(message)
    expect(await inventory(empty)).toEqual(before)
    await empty.close()
  })

  test('a tenancy that is there is not created again', async () => {
    await failsEverywhere((db) => tenancy.createTenancy(db), /already exists/)
  })

  test('a tenancy that tables still use is not dropped', async () => {
    await tenancy.createTenantTable(bed.db, 'invoices').execute()
    await failsEverywhere((db) => tenancy.dropTenancy(db), /depend/)
  })
})

describe('a connection that is lost midway', () => {
  test('leaves the database as it was, within a transaction', async () => {
    const before = await inventory(bed)
    const lost = bed.db.transaction().execute(async (transaction) => {
      await tenancy.createTenantTable(transaction, 'customers').execute()
      await bed.rows("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'migrator'")
      await tenancy.createTenantTable(transaction, 'invoices').execute()
    })
    await expect(lost).rejects.toThrow()
    expect(await inventory(bed)).toEqual(before)
  })

  test('leaves the database as it was, within one statement', async () => {
    await tenancy.createTenantTable(bed.db, 'customers').execute()
    await bed.rows('begin')
    await bed.rows('lock table public.tenants')
    const before = inventoryWithout('public.tenants')
    const waiting = tenancy
      .createTenantTable(bed.db, 'invoices')
      .addColumn('customer_id', 'uuid')
      .$call(tenantForeignKey('customer_id', 'customers'))
      .execute()
    const refused = expect(waiting).rejects.toThrow()
    await until(async () => (await bed.rows('select 1 from pg_locks where not granted')).length > 0)
    await bed.rows("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'migrator'")
    await refused
    await bed.rows('commit')
    expect(await inventoryWithout('public.tenants')).toEqual(await before)
  })

  async function inventoryWithout(table: string): Promise<readonly string[]> {
    return (await inventory(bed)).filter((line) => !line.startsWith(table))
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
  }
})

test('an error of the server that says enough is passed on as it is', async () => {
  const failed = tenancy.createTenantTable(bed.db, 'invoices').addColumn('a', sql`nonsense`).execute()
  await expect(failed).rejects.toThrow(/^type "nonsense" does not exist$/)
})
