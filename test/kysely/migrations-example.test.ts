import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Kysely, type Migration, Migrator, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tenancy } from '../../migrations-example/kysely/tenancy.ts'
import { guardDialect, guardMigrations, MigrationRefused } from '../../src/kysely.ts'
import { testServer } from '../server.ts'
import { type Bed, createLogins, dialectAs, inventory, login, openBed, type Tables } from './bed.ts'

const folder = join(import.meta.dirname, '../../migrations-example/kysely/migrations')
const server = testServer()
let bed: Bed

beforeAll(async () => {
  await createLogins(server())
  bed = await openBed(server())
})
afterAll(() => bed.close())

async function readExample(): Promise<Record<string, Migration>> {
  const names = readdirSync(folder).sort()
  const modules = await Promise.all(
    names.map(async (name) => [basename(name, '.ts'), await import(join(folder, name))]),
  )
  return Object.fromEntries(modules)
}

async function migrate(
  further: Record<string, Migration> = {},
  run: (migrator: Migrator) => ReturnType<Migrator['migrateToLatest']> = (migrator) =>
    migrator.migrateToLatest(),
): Promise<unknown> {
  const example = await readExample()
  const provider = { getMigrations: async () => ({ ...example, ...further }) }
  const guarded = guardMigrations(provider, { tenancy })
  return (await run(new Migrator({ db: bed.db, provider: guarded }))).error
}

const exported = async (): Promise<readonly string[]> =>
  (await inventory(bed)).filter((line) => !line.startsWith('public.kysely_'))

const roundTheHelper: Migration = {
  async up(db) {
    await db.schema
      .createTable('exports')
      .addColumn('id', 'uuid', (c) => c.primaryKey())
      .addColumn('tenant_id', 'uuid', (c) => c.notNull())
      .execute()
  },
}

const throughTheHelper: Migration = {
  up: (db) => tenancy.createTenantTable(db, 'exports').addColumn('format', 'text').execute(),
  down: (db) => tenancy.dropTenantTable(db, 'exports'),
}

describe('the example migrations for Kysely', () => {
  test('are applied, taken back without a trace, and applied again', async () => {
    const before = await exported()
    expect(await migrate()).toBeUndefined()
    const after = await exported()
    expect(after).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^public\.invoices p enabled t forced t/),
        expect.stringMatching(/^public\.events_2026 p enabled t forced t/),
      ]),
    )

    const count = readdirSync(folder).length
    for (let at = 0; at < count; at++) {
      expect(await migrate({}, (migrator) => migrator.migrateDown())).toBeUndefined()
    }
    expect(await exported()).toEqual(before)

    expect(await migrate()).toBeUndefined()
    expect(await exported()).toEqual(after)
  })

  test('refuse one that goes round the helper, and take it once it is mended', async () => {
    const before = await exported()
    const error = await migrate({ '007_exports': roundTheHelper })
    expect(error).toBeInstanceOf(MigrationRefused)
    expect(String(error)).toMatch(/007_exports.*[\s\S]*public\.exports has no row security/)
    expect(await exported()).toEqual(before)

    expect(await migrate({ '007_exports': throughTheHelper })).toBeUndefined()
    expect((await exported()).filter((line) => line.startsWith('public.exports policy'))).toHaveLength(5)
  })

  test('refuse one that forgets to execute what it builds', async () => {
    const before = await exported()
    const forgetful: Migration = {
      async up(db) {
        tenancy.createTenantTable(db, 'reports').addColumn('format', 'text')
      },
    }
    const error = await migrate({ '007_exports': throughTheHelper, '008_reports': forgetful })
    expect(String(error)).toMatch(/createTenantTable\("reports"\) was never executed/)
    expect(await exported()).toEqual(before)
  })

  test('keep two tenants of the same numbers apart', async () => {
    await sql`grant app_user to ${sql.ref(login)}`.execute(bed.db)
    const web = new Kysely<Tables>({ dialect: guardDialect(dialectAs(bed.database, login)) })
    const users = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'] as const
    const tenants = await Promise.all(
      users.map((userId) =>
        tenancy.withUser(web, { userId }, async (trx) => {
          const { rows } = await sql<{ id: string }>`select app.create_tenant('Ltd') as id`.execute(trx)
          return rows[0]?.id ?? ''
        }),
      ),
    )
    for (const [at, userId] of users.entries()) {
      const tenantId = tenants[at] ?? ''
      await tenancy.withTenant(web, { tenantId, userId }, async (trx) => {
        const { id } = await trx
          .insertInto('customers')
          .values({ name: `customer ${at}` })
          .returning('id')
          .executeTakeFirstOrThrow()
        await trx
          .insertInto('invoices')
          .values({ number: 1, customer_id: id, issued_on: '2026-01-01', currency: 'EUR' })
          .execute()
      })
    }
    const seen = await Promise.all(
      users.map((userId, at) =>
        tenancy.withTenant(web, { tenantId: tenants[at] ?? '', userId }, (trx) =>
          trx
            .selectFrom('invoices')
            .innerJoin('customers', 'customers.id', 'invoices.customer_id')
            .select(['number', 'name'])
            .execute(),
        ),
      ),
    )
    const foreign = tenancy.withTenant(web, { tenantId: tenants[0] ?? '', userId: users[1] }, (trx) =>
      trx.selectFrom('invoices').selectAll().execute(),
    )
    await expect(foreign).resolves.toEqual([])
    await web.destroy()
    expect(seen).toEqual([[{ number: 1, name: 'customer 0' }], [{ number: 1, name: 'customer 1' }]])
  })
})
