import { describe, expect, test } from 'vitest'
import { type TenantClient, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { bouncedPool, pgBouncer, serverConnections } from './pgbouncer.ts'
import { asA, asB, billing, declaration, look, tenancyOn, tenantA } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withSystemTask, withSupport } = tenantContext(declaration)

const notes = async (client: TenantClient) =>
  (await client.query<{ note: string }>('select note from invoices order by note')).rows.map(
    ({ note }) => note,
  )
const twice = async (client: TenantClient) => {
  const first = await notes(client)
  await client.query('select pg_sleep(0.002)')
  expect(await notes(client)).toEqual(first)
  return first
}
const all = ['A1', 'A2', 'B1', 'B2']

describe.skipIf(pgBouncer === undefined)('behind a PgBouncer in transaction mode', () => {
  test('of 400 runs of two tenants at once, with tasks, support and errors in between, none sees a row of another', async () => {
    const database = await newDatabase()
    const pool = await bouncedPool(database)
    const backends = new Set<number>()
    const runs = Array.from({ length: 400 }, async (_, at) => {
      const [own, expected] = at % 2 === 0 ? [asA, ['A1', 'A2']] : [asB, ['B1', 'B2']]
      if (at % 10 === 3) expect(await withSystemTask(pool, billing, twice)).toEqual(all)
      if (at % 10 === 5) {
        expect(await withSupport(pool, { tenantId: tenantA, reason: 'ticket' }, twice)).toEqual(['A1', 'A2'])
      }
      if (at % 10 === 7) {
        const wrong = withTenant(pool, own, (client) => client.query('select 1 / 0'))
        await expect(wrong).rejects.toMatchObject({ code: '22012' })
      }
      if (at % 10 === 8) {
        const left = withTenant(pool, own, (client) => client.query('commit'))
        await expect(left).rejects.toMatchObject({ code: 'changed' })
      }
      const found = await withTenant(pool, own, async (client) => {
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
        for (const { pid } of rows) backends.add(pid)
        return await twice(client)
      })
      expect(found).toEqual(expected)
    })
    await Promise.all(runs)
    expect(pool.totalCount).toBeGreaterThan(serverConnections)
    expect(backends.size).toBeLessThanOrEqual(serverConnections)
    expect(
      await look(
        database,
        'select kind, count(*)::int as count from app.access_log group by kind order by kind',
      ),
    ).toEqual([
      { kind: 'support', count: 40 },
      { kind: 'system task', count: 40 },
    ])
  })

  test('settings of a session, in the place of those of a transaction, reach others', async () => {
    const pool = await bouncedPool(await newDatabase())
    const runs = Array.from({ length: 100 }, async (_, at) => {
      const { tenantId, userId } = at % 2 === 0 ? asA : asB
      const client = await pool.connect()
      await client.query(
        `set role app_user; set app.tenant_id = '${tenantId}'; set app.user_id = '${userId}'`,
      )
      await client.query('select pg_sleep(0.002)')
      const found = await notes(client)
      client.release()
      return found.every((note) => note.startsWith(at % 2 === 0 ? 'A' : 'B'))
    })
    expect(await Promise.all(runs)).toContain(false)
  })
})
