import { describe, expect, test } from 'vitest'
import { JobBatchError, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { asA, asB, declaration, look, poolOf, tenancyOn, tenantA, tenantB, userA, userB } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, defineJob } = tenantContext(declaration)

interface Addition {
  readonly tenantId: string
  readonly userId: string
  readonly number: number
}

const add = defineJob({
  name: 'add invoice',
  run: async (client, { number, tenantId }: Addition) => {
    await client.query('insert into invoices (number) values ($1)', [number])
    return tenantId
  },
})
const numbersFrom3 = 'select tenant_id, number from invoices where number >= 3 order by tenant_id, number'

test('a job runs in the context of its item', async () => {
  const database = await newDatabase()
  expect(await add.run(poolOf(database), { ...asB, number: 3 })).toBe(tenantB)
  expect(await look(database, numbersFrom3)).toEqual([{ tenant_id: tenantB, number: 3 }])
})

test.each([
  [{ tenantId: undefined }, 'tenantId is missing'],
  [{ tenantId: '' }, 'tenantId is missing'],
  [{ tenantId: 'acme' }, 'tenantId is not a uuid'],
  [{ userId: undefined }, 'userId is missing'],
])('an item with %j is refused before anything is sent', async (values: object, message) => {
  const pool = poolOf(await newDatabase())
  const item = { ...asA, number: 3, ...values }
  await expect(add.run(pool, item)).rejects.toThrow(message)
  const batch = add.runEach(pool, [{ ...asB, number: 3 }, item])
  await expect(batch).rejects.toThrow(`item 1 of the job add invoice: ${message}`)
  expect(pool.totalCount).toBe(0)
})

test('an item may be anything but nothing, and its other fields are its own', async () => {
  const pool = poolOf(await newDatabase())
  const own = { ...asA, source: 7, log: 'yes', reason: '', isolationLevel: 'none' }
  const job = defineJob({ name: 'read', run: async (_client, item: typeof own) => item.log })
  expect(await job.runEach(pool, [own])).toEqual(['yes'])
  const nothing: unknown = null
  await expect(job.run(pool, nothing as typeof own)).rejects.toThrow('the item is missing')
  await expect(job.runEach(pool, [nothing as typeof own])).rejects.toThrow(
    'item 0 of the job read: the item is missing',
  )
})

test('a job without a name is refused where it is defined', () => {
  expect(() => defineJob({ name: '', run: async () => undefined })).toThrow('name is empty')
})

describe('a batch', () => {
  test('switches the context from item to item', async () => {
    const database = await newDatabase()
    const items = [asA, asB, asA].map((own, at) => ({ ...own, number: at + 3 }))
    expect(await add.runEach(poolOf(database, { max: 1 }), items)).toEqual([tenantA, tenantB, tenantA])
    expect(await look(database, numbersFrom3)).toEqual([
      { tenant_id: tenantA, number: 3 },
      { tenant_id: tenantA, number: 5 },
      { tenant_id: tenantB, number: 4 },
    ])
  })

  test('of which one item fails keeps the others, and tells', async () => {
    const database = await newDatabase()
    const items = [
      { ...asA, number: 3 },
      { ...asB, number: 1 },
      { ...asB, number: 3 },
    ]
    const failure = await add.runEach(poolOf(database), items).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(JobBatchError)
    expect(failure).toMatchObject({
      message: '1 of 3 items of the job add invoice failed',
      failed: [{ item: items[1], error: { code: '23505' } }],
      done: [{ result: tenantA }, { result: tenantB }],
    })
    expect(await look(database, numbersFrom3)).toHaveLength(2)
  })

  test('is refused inside of a context', async () => {
    const pool = poolOf(await newDatabase())
    const run = withTenant(pool, asA, () => add.runEach(pool, [{ ...asA, number: 3 }]))
    await expect(run).rejects.toThrow(
      "the job add invoice can't run for many tenants inside of the context of tenant",
    )
  })
})

test('a job that is logged is so under its name', async () => {
  const database = await newDatabase()
  const job = defineJob({
    name: 'export',
    log: true,
    run: async (client, _item: { tenantId: string; userId: string }) =>
      (await client.query('select from invoices')).rowCount,
  })
  await job.runEach(poolOf(database), [asA, asB])
  expect(await look(database, 'select name, tenant_id, user_id from app.access_log order by id')).toEqual([
    { name: 'export', tenant_id: tenantA, user_id: userA },
    { name: 'export', tenant_id: tenantB, user_id: userB },
  ])
})
