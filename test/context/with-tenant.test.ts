import pg from 'pg'
import Cursor from 'pg-cursor'
import { describe, expect, test } from 'vitest'
import { type TenantClient, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { asA, asB, declaration, loginTo, look, poolOf, tenancyOn, tenantA, userA } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withUser } = tenantContext(declaration)

const notes = async (client: TenantClient) =>
  (await client.query<{ note: string }>('select note from invoices order by note')).rows.map(
    ({ note }) => note,
  )

test('fn sees the rows of its tenant, as the app role', async () => {
  const pool = poolOf(await newDatabase())
  expect(await withTenant(pool, asA, notes)).toEqual(['A1', 'A2'])
  expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  const role = await withTenant(pool, asA, (client) => client.query('select current_user as role'))
  expect(role.rows).toEqual([{ role: 'app_user' }])
})

test('a tenant that the user is no member of shows no rows and takes none', async () => {
  const pool = poolOf(await newDatabase())
  const forged = { tenantId: asB.tenantId, userId: userA }
  expect(await withTenant(pool, forged, notes)).toEqual([])
  await expect(
    withTenant(pool, forged, (client) => client.query('insert into invoices (number) values (9)')),
  ).rejects.toMatchObject({ code: '42501' })
})

test('what fn writes is committed when it is done', async () => {
  const database = await newDatabase()
  const pool = poolOf(database)
  await withTenant(pool, asA, (client) =>
    client.query("insert into invoices (number, note) values (3, 'A3')"),
  )
  const rows = await look(database, 'select tenant_id from invoices where number = 3')
  expect(rows).toEqual([{ tenant_id: tenantA }])
})

test('what fn wrote is rolled back when it throws, and its error comes through', async () => {
  const database = await newDatabase()
  const pool = poolOf(database)
  const failure = new Error('no stock')
  const run = withTenant(pool, asA, async (client) => {
    await client.query('insert into invoices (number) values (3)')
    throw failure
  })
  await expect(run).rejects.toBe(failure)
  expect(await look(database, 'select from invoices where number = 3')).toEqual([])
  expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
})

test('a user without a tenant calls what is for users, and sees no rows of tenants', async () => {
  const pool = poolOf(await newDatabase())
  await withUser(pool, { userId: userA }, async (client) => {
    expect((await client.query('select id from app.my_tenants()')).rows).toEqual([{ id: tenantA }])
    expect(await notes(client)).toEqual([])
  })
})

describe('a context within a context', () => {
  test('of the same tenant and user runs in the same transaction', async () => {
    const pool = poolOf(await newDatabase(), { max: 1 })
    await withTenant(pool, asA, async (client) => {
      await client.query('insert into invoices (number, note) values (3, $1)', ['A3'])
      expect(await withTenant(pool, { ...asA, tenantId: tenantA.toUpperCase() }, notes)).toContain('A3')
      expect(await withTenant(client, asA, notes)).toContain('A3')
    })
  })

  test('of another tenant is refused, and names both', async () => {
    const pool = poolOf(await newDatabase())
    const run = withTenant(pool, asA, () => withTenant(pool, asB, notes))
    await expect(run).rejects.toMatchObject({
      code: 'other context',
      message: `tenant ${asB.tenantId} (user ${asB.userId}) can't be entered: the context of tenant ${asA.tenantId} (user ${asA.userId}) is open here, and a transaction has one`,
    })
  })

  test('of another user of the same tenant is refused', async () => {
    const pool = poolOf(await newDatabase())
    const run = withTenant(pool, asA, () => withTenant(pool, { ...asA, userId: asB.userId }, notes))
    await expect(run).rejects.toMatchObject({ code: 'other context' })
  })

  test('of the same tenant in another database has a transaction of its own', async () => {
    const first = poolOf(await newDatabase(), { max: 1 })
    const second = poolOf(await newDatabase(), { max: 1 })
    const database = 'select current_database() as name'
    const names = await withTenant(first, asA, async (client) => [
      (await client.query(database)).rows,
      await withTenant(second, asA, async (other) => (await other.query(database)).rows),
      await withTenant(second, asA, () =>
        withTenant(first, asA, async (again) => (await again.query(database)).rows),
      ),
    ])
    expect(names[0]).not.toEqual(names[1])
    expect(names[2]).toEqual(names[0])
  })

  test('can not change the isolation level', async () => {
    const pool = poolOf(await newDatabase())
    const run = withTenant(pool, asA, () =>
      withTenant(pool, { ...asA, isolationLevel: 'serializable' }, notes),
    )
    await expect(run).rejects.toThrow("its isolationLevel can't become serializable")
  })
})

describe('the transaction', () => {
  test('has the isolation level and access mode that are asked for', async () => {
    const pool = poolOf(await newDatabase())
    const options = { ...asA, isolationLevel: 'repeatable read', accessMode: 'read only' } as const
    await withTenant(pool, options, async (client) => {
      const { rows } = await client.query(
        "select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as read_only",
      )
      expect(rows).toEqual([{ level: 'repeatable read', read_only: 'on' }])
    })
  })

  test('goes on after a savepoint is rolled back to', async () => {
    const pool = poolOf(await newDatabase())
    await withTenant(pool, asA, async (client) => {
      await client.query('savepoint before')
      await expect(client.query('insert into invoices (number) values (1)')).rejects.toMatchObject({
        code: '23505',
      })
      await client.query('rollback to savepoint before')
      await client.query("insert into invoices (number, note) values (3, 'A3')")
    })
    expect(await withTenant(pool, asA, notes)).toEqual(['A1', 'A2', 'A3'])
  })

  test('in which an error was swallowed is told to be lost', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    const run = withTenant(pool, asA, async (client) => {
      await client.query('insert into invoices (number) values (3)')
      await client.query('insert into invoices (number) values (1)').catch(() => undefined)
    })
    await expect(run).rejects.toMatchObject({ code: 'aborted' })
    expect(await look(database, 'select from invoices where number = 3')).toEqual([])
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  })
})

describe('a cursor', () => {
  test('reads the rows of its tenant', async () => {
    const pool = poolOf(await newDatabase())
    await withTenant(pool, asA, async (client) => {
      const cursor = client.query(new Cursor<{ note: string }>('select note from invoices order by note'))
      expect(await cursor.read(1)).toEqual([{ note: 'A1' }])
      expect(await cursor.read(5)).toEqual([{ note: 'A2' }])
      await cursor.close()
    })
  })

  test('that fails leaves the connection usable', async () => {
    const pool = poolOf(await newDatabase(), { max: 1 })
    const run = withTenant(pool, asA, async (client) => {
      const cursor = client.query(new Cursor('select 1 / (number - 2) from invoices'))
      await cursor.read(5).catch(async (error: unknown) => {
        await new Promise((resolve) => setTimeout(resolve, 50))
        throw error
      })
    })
    await expect(run).rejects.toMatchObject({ code: '22012' })
    const unread = withTenant(pool, asA, async (client) => void client.query(new Cursor('select nothing')))
    await expect(unread).rejects.toMatchObject({ code: expect.stringMatching(/aborted|42703/) })
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  })

  test.each(['returns', 'throws'])('that fn leaves open when it %s is closed', async (end) => {
    const pool = poolOf(await newDatabase(), { max: 1 })
    const run = withTenant(pool, asA, async (client) => {
      const cursor = client.query(new Cursor('select generate_series(1, 100000)'))
      await cursor.read(1)
      if (end === 'throws') throw new Error('enough')
    })
    if (end === 'throws') await expect(run).rejects.toThrow('enough')
    else await run
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  })
})

describe('on one client', () => {
  test('contexts may follow each other', async () => {
    const client = new pg.Client(loginTo(await newDatabase()))
    await client.connect()
    expect(await withTenant(client, asA, notes)).toEqual(['A1', 'A2'])
    expect(await withTenant(client, asB, notes)).toEqual(['B1', 'B2'])
    await client.end()
  })

  test('two at once are refused', async () => {
    const client = new pg.Client(loginTo(await newDatabase()))
    await client.connect()
    const [first, second] = await Promise.allSettled([
      withTenant(client, asA, notes),
      withTenant(client, asB, notes),
    ])
    expect(first).toMatchObject({ value: ['A1', 'A2'] })
    expect(second).toMatchObject({ reason: { code: 'other context' } })
    await client.end()
  })

  test('none is opened inside of a transaction that is not its own', async () => {
    const client = new pg.Client(loginTo(await newDatabase()))
    await client.connect()
    await client.query('begin')
    await expect(withTenant(client, asA, notes)).rejects.toThrow('the client is in a transaction already')
    await client.end()
  })
})
