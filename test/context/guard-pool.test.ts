import { expect, test } from 'vitest'
import { guardPool, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { asA, declaration, poolOf, tenancyOn } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant } = tenantContext(declaration)

test('a query of a guarded pool is refused outside of a context, with the line', async () => {
  const pool = guardPool(poolOf(await newDatabase()))
  const failure = pool.query('select 1')
  await expect(failure).rejects.toMatchObject({ code: 'no context' })
  await expect(failure).rejects.toThrow(
    /a query without a context: withTenant opens one \(test\/context\/guard-pool\.test\.ts:\d+:\d+\)/,
  )
  await expect(pool.connect()).rejects.toThrow('a connection without a context')
})

test('and inside of one, where it would run beside its transaction', async () => {
  const pool = guardPool(poolOf(await newDatabase()))
  const failure = withTenant(pool, asA, () => pool.query('select 1'))
  await expect(failure).rejects.toThrow(
    /a query beside the transaction of tenant .*: use the one that fn is given \(test\/context\/guard-pool\.test\.ts:\d+:\d+\)/,
  )
})

test('its callbacks get the refusal', async () => {
  const pool = guardPool(poolOf(await newDatabase()))
  const error = await new Promise((resolve) => pool.query('select 1', (refusal) => resolve(refusal)))
  expect(error).toMatchObject({ code: 'no context' })
  const refused = await new Promise((resolve) => pool.connect((refusal) => resolve(refusal)))
  expect(refused).toMatchObject({ code: 'no context' })
})

test('contexts reach it, and one that is open is found again through either pool', async () => {
  const pool = poolOf(await newDatabase(), { max: 1 })
  const guarded = guardPool(guardPool(pool))
  const run = withTenant(guarded, asA, async (client) => {
    await client.query('insert into invoices (number) values (3)')
    return await withTenant(pool, asA, (same) => same.query('select from invoices'))
  })
  await expect(run).resolves.toMatchObject({ rowCount: 3 })
  expect(guarded.totalCount).toBe(1)
})
