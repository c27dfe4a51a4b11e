import { expect, test } from 'vitest'
import { tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { RoundTrips } from './round-trips.ts'
import { asA, asB, billing, declaration, poolOf, tenancyOn } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withSystemTask, withSupport } = tenantContext(declaration)

test('a context takes as many round trips as a plain transaction', async () => {
  const trips = new RoundTrips()
  const pool = poolOf(await newDatabase(), { max: 1, stream: trips.stream })
  const query = 'select * from invoices'
  const first = await trips.of(() => withTenant(pool, asA, (client) => client.query(query)))
  const plain = await trips.of(async () => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query(query)
    await client.query('commit')
    client.release()
  })
  expect(plain).toBe(3)
  expect(await trips.of(() => withTenant(pool, asB, (client) => client.query(query)))).toBe(plain)
  expect(
    await trips.of(() =>
      withTenant(pool, { ...asA, source: 'export', log: true, isolationLevel: 'serializable' }, (client) =>
        client.query(query),
      ),
    ),
  ).toBe(plain)
  expect(await trips.of(() => withSystemTask(pool, billing, (client) => client.query(query)))).toBe(plain)
  const support = { tenantId: asA.tenantId, reason: 'ticket 7' }
  expect(await trips.of(() => withSupport(pool, support, (client) => client.query(query)))).toBe(plain)
  expect(
    await trips.of(() => withTenant(pool, asA, () => Promise.reject(new Error('no'))).catch(() => undefined)),
  ).toBe(2)
  // The connection itself, and once for it the look at its login role.
  expect(first).toBe(plain + 2)
})
