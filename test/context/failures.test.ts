import { describe, expect, test } from 'vitest'
import type { Database } from '../../src/engine/engine.ts'
import { type TenantClient, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { asA, asB, declaration, look, poolOf, tenancyOn } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant } = tenantContext(declaration)

const notes = async (client: TenantClient) =>
  (await client.query<{ note: string }>('select note from invoices order by note')).rows.map(
    ({ note }) => note,
  )
const insert = (client: TenantClient) => client.query('insert into invoices (number) values (3)')
const inserted = (database: Database) => look(database, 'select from invoices where number = 3')

async function backendOf(client: TenantClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid ?? 0
}

describe('a connection that breaks', () => {
  test('within a query is not given back to the pool, and its error comes through', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    const run = withTenant(pool, asA, async (client) => {
      await insert(client)
      const pid = await backendOf(client)
      setTimeout(() => look(database, `select pg_terminate_backend(${pid})`), 50)
      await client.query('select pg_sleep(10)')
    })
    await expect(run).rejects.toMatchObject({ code: '57P01' })
    expect(pool.totalCount).toBe(0)
    expect(await inserted(database)).toEqual([])
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  })

  test('while fn does something else ends neither the process nor the pool', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    const run = withTenant(pool, asA, async (client) => {
      await insert(client)
      await look(database, `select pg_terminate_backend(${await backendOf(client)}, 5000)`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    })
    await expect(run).rejects.toThrow('not queryable')
    expect(pool.totalCount).toBe(0)
    expect(await inserted(database)).toEqual([])
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  })

  test('in the moment of the commit is told', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    await look(
      database,
      `create function die() returns trigger language plpgsql security definer as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
       create constraint trigger die after insert on invoices deferrable initially deferred for each row execute function die()`,
    )
    await expect(withTenant(pool, asA, insert)).rejects.toMatchObject({ code: '57P01' })
    expect(await inserted(database)).toEqual([])
    expect(pool.totalCount).toBe(0)
  })

  test('before it was opened leaves nothing taken', async () => {
    const pool = poolOf(await newDatabase(), { max: 1, host: '/nonexistent', connectionString: undefined })
    await expect(withTenant(pool, asA, notes)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(pool.totalCount).toBe(0)
  })
})

test('a constraint that fails at the commit comes through, and nothing is kept', async () => {
  const database = await newDatabase()
  const pool = poolOf(database, { max: 1 })
  await look(
    database,
    `create function no() returns trigger language plpgsql as $$ begin raise exception 'too late' using errcode = '23514'; end $$;
     create constraint trigger no after insert on invoices deferrable initially deferred for each row execute function no()`,
  )
  await expect(withTenant(pool, asA, insert)).rejects.toMatchObject({ code: '23514', message: 'too late' })
  expect(await inserted(database)).toEqual([])
  expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  expect(pool.totalCount).toBe(1)
})

describe('a statement that takes too long', () => {
  const slow = (client: TenantClient) => client.query('select pg_sleep(10)')

  test('by the timeout of the server is rolled back', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1, statement_timeout: 50 })
    const run = withTenant(pool, asA, async (client) => {
      await insert(client)
      await slow(client)
    })
    await expect(run).rejects.toMatchObject({ code: '57014' })
    expect(await inserted(database)).toEqual([])
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  })

  test('by the timeout of the driver costs the connection', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1, query_timeout: 300 })
    const run = withTenant(pool, asA, async (client) => {
      await insert(client)
      await slow(client)
    })
    await expect(run).rejects.toThrow('Query read timeout')
    expect(pool.totalCount).toBe(0)
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
    expect(await inserted(database)).toEqual([])
  })

  test('is canceled by somebody else, and the transaction with it', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    const run = withTenant(pool, asA, async (client) => {
      await insert(client)
      const pid = await backendOf(client)
      setTimeout(() => look(database, `select pg_cancel_backend(${pid})`), 100)
      await slow(client).catch(() => undefined)
    })
    await expect(run).rejects.toMatchObject({ code: 'aborted' })
    expect(await inserted(database)).toEqual([])
    expect(pool.totalCount).toBe(1)
  })
})

describe('a pool without a free client', () => {
  test('refuses by its own error, and serves again afterwards', async () => {
    const pool = poolOf(await newDatabase(), { max: 1, connectionTimeoutMillis: 100 })
    const slow = withTenant(pool, asA, (client) => client.query('select pg_sleep(0.4)'))
    await expect(withTenant(pool, asB, notes)).rejects.toThrow('timeout')
    await slow
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
  })

  test('a client that was given back within a transaction is not used', async () => {
    const pool = poolOf(await newDatabase(), { max: 1 })
    const dirty = await pool.connect()
    await dirty.query('begin')
    dirty.release()
    await expect(withTenant(pool, asA, notes)).rejects.toThrow('the client is in a transaction already')
    expect(await withTenant(pool, asA, notes)).toEqual(['A1', 'A2'])
  })
})

test('nothing is left unhandled by contexts that fail', async () => {
  const unhandled: unknown[] = []
  const listener = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', listener)
  try {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 2 })
    const failing = [
      () => withTenant(pool, asA, () => Promise.reject(new Error('no'))),
      () => withTenant(pool, asA, (client) => client.query('select 1 / 0')),
      () =>
        withTenant(pool, asA, async (client) => {
          const pid = await backendOf(client)
          await Promise.all([
            client.query('select pg_sleep(10)'),
            look(database, `select pg_terminate_backend(${pid})`),
          ])
        }),
      () => withTenant(pool, asA, (client) => client.query('commit')),
      () => withTenant(pool, asA, () => withTenant(pool, asB, notes)),
    ]
    await Promise.allSettled(failing.map((run) => run()))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', listener)
  }
})
