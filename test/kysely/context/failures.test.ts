import { PGlite } from '@electric-sql/pglite'
import * as kysely from 'kysely'
import { type Dialect, Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Database } from '../../../src/engine/engine.ts'
import { defineTenancy, guardDialect, type TenantTransaction } from '../../../src/kysely.ts'
import {
  asA,
  asB,
  billing,
  declaration,
  look,
  migrations,
  poolOf,
  seed,
  tenancyOn,
} from '../../context/tenancy.ts'
import { testServer } from '../../server.ts'
import { pgliteDialect } from '../guard/pglite-dialect.ts'
import { kyselyOver, notesOf, type Tables } from './database.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withSystemTask, withSupport, defineJob } = defineTenancy(declaration)

type Trx = TenantTransaction<Tables>
const insert = (trx: Trx) => trx.insertInto('invoices').values({ number: 3 }).execute()
const inserted = (database: Database) => look(database, 'select from invoices where number = 3')
const logOf = 'select kind, name, reason from app.access_log order by id'

async function backendOf(trx: Trx): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
  return rows[0]?.pid ?? 0
}

describe('what fn does to its own context', () => {
  test.each([
    'reset role',
    'set role none',
    'set local role billing_task',
    `set local app.tenant_id = '${asB.tenantId}'`,
    'reset all',
    'commit',
    'rollback',
    'commit and chain',
    'rollback and chain',
  ])('%s is told, and shows no rows of others', async (statement) => {
    const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }))
    let found: unknown[] = []
    const run = withTenant(db, asA, async (trx) => {
      await sql.raw(statement).execute(trx)
      found = await notesOf(trx).catch(() => [])
    })
    await expect(run).rejects.toMatchObject({
      name: 'ContextError',
      code: expect.stringMatching(/^(changed|aborted)$/),
    })
    expect(found).not.toContain('B1')
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
  })
})

describe('a query that outlives fn', () => {
  test('is refused', async () => {
    const database = await newDatabase()
    const db = kyselyOver(poolOf(database))
    let late: Promise<unknown> = Promise.resolve()
    await withTenant(db, asA, async (trx) => {
      late = new Promise((resolve) => setImmediate(resolve)).then(() => insert(trx))
      late.catch(() => undefined)
    })
    await expect(late).rejects.toThrow(/after the end of the context of|already committed/)
    expect(await inserted(database)).toEqual([])
  })

  test('that was sent before is waited for', async () => {
    const database = await newDatabase()
    const db = kyselyOver(poolOf(database))
    let sent: Promise<unknown> = Promise.resolve()
    await withTenant(db, asA, async (trx) => {
      sent = insert(trx)
    })
    await sent
    expect(await inserted(database)).toHaveLength(1)
  })
})

describe('a connection that breaks', () => {
  test('is not given back to the pool', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    const db = kyselyOver(pool)
    const run = withTenant(db, asA, async (trx) => {
      await insert(trx)
      const pid = await backendOf(trx)
      setTimeout(() => look(database, `select pg_terminate_backend(${pid})`), 50)
      await sql`select pg_sleep(10)`.execute(trx)
    })
    await expect(run).rejects.toMatchObject({ code: '57P01' })
    expect(pool.totalCount).toBe(0)
    expect(await inserted(database)).toEqual([])
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
  })

  test('by the timeout of the driver is rolled back before it is used again', async () => {
    const database = await newDatabase()
    const db = kyselyOver(poolOf(database, { max: 1, query_timeout: 400 }))
    const run = withTenant(db, asA, async (trx) => {
      await insert(trx)
      await sql`select pg_sleep(1)`.execute(trx)
    })
    await expect(run).rejects.toThrow('Query read timeout')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
    expect(await inserted(database)).toEqual([])
  })
})

test('a superuser is refused', async () => {
  const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }, 'postgres'))
  for (const _ of [1, 2]) {
    await expect(withTenant(db, asA, notesOf)).rejects.toMatchObject({ code: 'exempt role' })
  }
})

test('a system task, support and what asks for it are logged, also when fn fails', async () => {
  const database = await newDatabase()
  const db = kyselyOver(poolOf(database, { max: 1 }))
  const fail = async (trx: Trx) => {
    await notesOf(trx)
    throw new Error('gone')
  }
  expect(await withSystemTask(db, billing, notesOf)).toHaveLength(4)
  await expect(withSystemTask(db, { ...billing, reason: 'again' }, fail)).rejects.toThrow('gone')
  expect(await withSupport(db, { tenantId: asA.tenantId, reason: 'ticket 7' }, notesOf)).toEqual(['A1', 'A2'])
  await expect(withTenant(db, { ...asA, source: 'export', log: true }, fail)).rejects.toThrow('gone')
  expect(await look(database, logOf)).toEqual([
    { kind: 'system task', name: 'nightly-billing', reason: 'monthly run' },
    { kind: 'system task', name: 'nightly-billing', reason: 'again' },
    { kind: 'support', name: 'support', reason: 'ticket 7' },
    { kind: 'read', name: 'export', reason: 'export' },
  ])
})

test('a job runs for each item in the context of its tenant', async () => {
  const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }))
  const job = defineJob({
    name: 'count',
    run: async (trx: Trx, { digit }: { tenantId: string; userId: string; digit: string }) =>
      (await notesOf(trx)).filter((note) => note?.endsWith(digit)),
  })
  const items = [
    { ...asA, digit: '1' },
    { ...asB, digit: '2' },
  ]
  expect(await job.runEach(db, items)).toEqual([['A1'], ['B2']])
})

/** Kysely has a dialect of its own from 0.29 on. */
function pgliteDialects(): [string, (database: PGlite) => Dialect][] {
  const Own: unknown = Reflect.get(kysely, 'PGliteDialect')
  const dialects: [string, (database: PGlite) => Dialect][] = [['a plain dialect', pgliteDialect]]
  if (typeof Own === 'function') {
    dialects.push(["Kysely's own", (pglite) => Reflect.construct(Own, [{ pglite }])])
  }
  return dialects
}

test.each(pgliteDialects())(
  'on PGlite, which takes one statement at a time, a context is the same through %s',
  async (_kind, dialectOf) => {
    const database = new PGlite()
    await database.exec('create role migrator createrole; grant create on schema public to migrator')
    await database.exec('grant create on database postgres to migrator; set role migrator')
    for (const statement of migrations) await database.exec(statement)
    await database.exec(`reset role; ${seed}; set session authorization app_login`)
    const db = new Kysely<Tables>({ dialect: guardDialect(dialectOf(database)) })
    expect(await withTenant(db, asA, notesOf)).toEqual(['A1', 'A2'])
    const failing = withTenant(db, { ...asB, source: 'export', log: true }, async (trx) => {
      await insert(trx)
      throw new Error('gone')
    })
    await expect(failing).rejects.toThrow('gone')
    await expect(notesOf(db)).rejects.toMatchObject({ code: 'no context' })
    await expect(withTenant(db, asA, () => notesOf(db))).rejects.toMatchObject({ code: 'other context' })
    expect(await Promise.all([withTenant(db, asA, notesOf), withTenant(db, asB, notesOf)])).toHaveLength(2)
    const serializable = { ...asB, isolationLevel: 'serializable' } as const
    expect(await withTenant(db, serializable, notesOf)).toEqual(['B1', 'B2'])
    const changed = withTenant(db, asA, (trx) => sql`reset role`.execute(trx))
    await expect(changed).rejects.toMatchObject({ code: 'changed' })
    const { rows } = await database
      .query('set session authorization postgres')
      .then(() => database.query(logOf))
    expect(rows).toEqual([{ kind: 'read', name: 'export', reason: 'export' }])
    await db.destroy()
    if (!database.closed) await database.close()
  },
)
