import { describe, expect, test } from 'vitest'
import { type TenantClient, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import {
  asA,
  asB,
  billing,
  declaration,
  look,
  poolOf,
  tenancyOn,
  tenantA,
  tenantB,
  userA,
} from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withSystemTask, withSupport } = tenantContext(declaration)
const ticket = { tenantId: tenantA, reason: 'ticket 7' }

const notes = async (client: TenantClient) =>
  (await client.query<{ note: string }>('select note from invoices order by note')).rows.map(
    ({ note }) => note,
  )
const logOf = 'select login, role, kind, name, reason, tenant_id, user_id from app.access_log order by id'
const row = { login: 'app_login', role: 'app_user', kind: 'read', tenant_id: tenantA, user_id: userA }

describe('a context that is to be logged', () => {
  test('has its row, with the source for the reason where none is given', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    await withTenant(pool, { ...asA, source: 'export', log: true }, notes)
    await withTenant(pool, { ...asA, source: 'export', log: true, reason: 'audit of May' }, notes)
    await withTenant(pool, { ...asA, source: 'page' }, notes)
    expect(await look(database, logOf)).toEqual([
      { ...row, name: 'export', reason: 'export' },
      { ...row, name: 'export', reason: 'audit of May' },
    ])
  })

  test('has it in the transaction that reads', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    const xid = await withTenant(pool, { ...asA, source: 'export', log: true }, async (client) => {
      const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
      return rows[0]?.xid
    })
    expect(await look(database, 'select xid::text as xid from app.access_log')).toEqual([{ xid }])
  })

  test('keeps it when fn throws after it has read', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    const run = withTenant(pool, { ...asA, source: 'export', log: true }, async (client) => {
      await client.query('insert into invoices (number) values (3)')
      throw new Error('gone')
    })
    await expect(run).rejects.toThrow('gone')
    expect(await look(database, logOf)).toEqual([{ ...row, name: 'export', reason: 'export' }])
    expect(await look(database, 'select from invoices where number = 3')).toEqual([])
  })

  test.each(['rollback', 'rollback and chain', 'select 1 / 0'])(
    'keeps it after %s within fn',
    async (text) => {
      const database = await newDatabase()
      const pool = poolOf(database)
      const run = withTenant(pool, { ...asA, source: 'export', log: true }, async (client) => {
        await client.query(text).catch(() => undefined)
      })
      await expect(run).rejects.toMatchObject({ name: 'ContextError' })
      expect(await look(database, logOf)).toEqual([{ ...row, name: 'export', reason: 'export' }])
    },
  )

  test('that can not be written again is told, with what failed', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    const run = withTenant(pool, { ...asA, source: 'export', log: true }, async (client) => {
      await notes(client)
      await look(database, 'update memberships set revoked_at = now()')
      throw new Error('gone')
    })
    await expect(run).rejects.toMatchObject({ code: 'not logged', cause: new Error('gone') })
  })

  test('is logged when it is entered within one that is not', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    await withTenant(pool, asA, () => withTenant(pool, { ...asA, source: 'export', log: true }, notes))
    const failing = withTenant(pool, asA, async () => {
      await withTenant(pool, { ...asA, source: 'second', log: true }, notes)
      throw new Error('gone')
    })
    await expect(failing).rejects.toThrow('gone')
    expect(await look(database, 'select name from app.access_log order by id')).toEqual([
      { name: 'export' },
      { name: 'second' },
    ])
  })

  test('of no member of the tenant is refused', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    const run = withTenant(pool, { tenantId: tenantB, userId: userA, source: 'export', log: true }, notes)
    await expect(run).rejects.toMatchObject({ code: 'not opened' })
    expect(await look(database, logOf)).toEqual([])
  })

  test('may be read only', async () => {
    const pool = poolOf(await newDatabase())
    const options = { ...asA, source: 'export', log: true, accessMode: 'read only' } as const
    expect(await withTenant(pool, options, notes)).toEqual(['A1', 'A2'])
  })
})

describe('a system task', () => {
  test('crosses tenants as its role, and is logged', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    await withSystemTask(pool, billing, async (client) => {
      expect(await notes(client)).toEqual(['A1', 'A2', 'B1', 'B2'])
      await client.query("update invoices set note = note || ' billed'")
    })
    expect(await look(database, logOf)).toEqual([
      {
        login: 'app_login',
        role: 'billing_task',
        kind: 'system task',
        name: 'nightly-billing',
        reason: 'monthly run',
        tenant_id: null,
        user_id: null,
      },
    ])
    expect(await look(database, "select from invoices where note like '% billed'")).toHaveLength(4)
  })

  test('names the person who started it', async () => {
    const database = await newDatabase()
    await withSystemTask(poolOf(database), { ...billing, userId: userA }, notes)
    expect(await look(database, 'select user_id from app.access_log')).toEqual([{ user_id: userA }])
  })

  test('that fails keeps its row', async () => {
    const database = await newDatabase()
    const run = withSystemTask(poolOf(database), billing, async (client) => {
      await notes(client)
      throw new Error('gone')
    })
    await expect(run).rejects.toThrow('gone')
    expect(await look(database, 'select name from app.access_log')).toEqual([{ name: 'nightly-billing' }])
  })

  test.each([
    [{ task: 'payroll', reason: 'x' }, 'task is no system task: it is none of nightly-billing'],
    [{ task: 'nightly-billing', reason: ' ' }, 'reason is empty'],
    [{ task: 'nightly-billing' }, 'reason is missing'],
    [{ reason: 'x' }, 'task is missing'],
  ])('%j is refused before anything is sent', async (options: object, message) => {
    const pool = poolOf(await newDatabase())
    const run = withSystemTask(pool, options as typeof billing, notes)
    await expect(run).rejects.toThrow(message)
    expect(pool.totalCount).toBe(0)
  })

  test('that the tenancy of the database does not know is refused by the server', async () => {
    const pool = poolOf(await newDatabase())
    const wider = tenantContext({
      systemTasks: [{ name: 'payroll', role: 'billing_task', reason: 'not migrated yet' }],
    })
    const run = wider.withSystemTask(pool, { task: 'payroll', reason: 'x' }, notes)
    await expect(run).rejects.toMatchObject({ code: 'not opened' })
  })

  test.each([
    ['a tenant', (pool: Parameters<typeof withTenant>[0]) => withTenant(pool, asA, notes)],
    ['support', (pool: Parameters<typeof withTenant>[0]) => withSupport(pool, ticket, notes)],
    [
      'the same for another reason',
      (pool: Parameters<typeof withTenant>[0]) => withSystemTask(pool, { ...billing, reason: 'y' }, notes),
    ],
  ])('does not contain the context of %s, nor the other way round', async (_kind, other) => {
    const pool = poolOf(await newDatabase())
    await expect(withSystemTask(pool, billing, () => other(pool))).rejects.toMatchObject({
      code: 'other context',
    })
    await expect(withTenant(pool, asB, () => other(pool))).rejects.toMatchObject({ code: 'other context' })
  })
})

describe('support', () => {
  test('reads one tenant, writes nothing, and is logged', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    expect(await withSupport(pool, { ...ticket, userId: userA }, notes)).toEqual(['A1', 'A2'])
    const write = withSupport(pool, ticket, (client) => client.query("update invoices set note = 'x'"))
    await expect(write).rejects.toMatchObject({ code: '25006' })
    const log = await look(database, logOf)
    const logged = { ...row, role: 'support', kind: 'support', name: 'support', reason: 'ticket 7' }
    expect(log).toEqual([logged, { ...logged, user_id: null }])
  })

  test('of a tenancy without a support role is refused', async () => {
    const { withSupport: none } = tenantContext({})
    const run = none(poolOf(await newDatabase()), ticket, notes)
    await expect(run).rejects.toThrow('the tenancy declares no supportRole')
  })
})
