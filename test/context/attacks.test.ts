import pg from 'pg'
import { describe, expect, test, vi } from 'vitest'
import { type TenantClient, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { asA, asB, declaration, loginTo, look, poolOf, tenancyOn, tenantB, userB } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withUser, withSystemTask } = tenantContext(declaration)

const notes = async (client: Pick<TenantClient, 'query'>) =>
  (await client.query<{ note: string }>('select note from invoices order by note')).rows.map(
    ({ note }) => note,
  )

/** Runs statements in the context of A, and tells what each `select` of them saw of invoices. */
async function seen(pool: pg.Pool, ...statements: string[]) {
  const found: unknown[] = []
  const outcome = await withTenant(pool, asA, async (client) => {
    for (const text of statements) {
      const result = await client.query(text)
      if (result.command === 'SELECT') found.push(result.rows.map(({ note }) => note))
    }
  }).then(
    () => 'committed',
    (error: Error & { code?: string }) => error.code,
  )
  return { found, outcome }
}

const look1 = 'select note from invoices order by note'

describe('within fn', () => {
  test.each([
    ['reset role', 'changed'],
    ['set local role none', 'changed'],
    ['set role none', 'changed'],
    ["select set_config('role', 'none', true) as note", 'changed'],
    ['set session authorization default', 'changed'],
    ['set local role billing_task', 'changed'],
    ['set local role support', 'changed'],
    [`set local app.tenant_id = '${tenantB}'`, 'changed'],
    [`set app.tenant_id = '${tenantB}'`, 'changed'],
    ['reset app.tenant_id', 'changed'],
    ['reset all', 'changed'],
    ['commit', 'changed'],
    ['rollback', 'changed'],
    ['commit and chain', 'changed'],
    ['rollback and chain', 'changed'],
    [`commit; begin; set local app.tenant_id = '${tenantB}'`, 'changed'],
    ["prepare transaction 'x'", '55000'],
  ])('%s shows no rows of others and is told', async (statement, outcome) => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    const before = await seen(pool, look1)
    expect(before).toEqual({ found: [['A1', 'A2']], outcome: 'committed' })
    const run = await withTenant(pool, asA, async (client) => {
      await client.query(statement)
      return await notes(client)
    }).catch((error: unknown) => error)
    expect(run).toMatchObject({
      code: expect.stringMatching(outcome === 'changed' ? /^(changed|aborted|42501)$/ : outcome),
    })
    const during = await seen(pool, statement, look1)
    for (const found of during.found) expect(found).not.toEqual(expect.arrayContaining(['B1']))
    expect(await withTenant(pool, asB, notes)).toEqual(['B1', 'B2'])
    expect(await withTenant(pool, asA, notes)).toEqual(['A1', 'A2'])
    expect(await withUser(pool, { userId: asA.userId }, notes)).toEqual([])
  })

  test('what a session was left with does not reach the next context', async () => {
    const pool = poolOf(await newDatabase(), { max: 1 })
    const client = await pool.connect()
    await client.query(`set app.tenant_id = '${tenantB}'; set app.user_id = '${userB}'; set role app_user`)
    expect(await notes(client)).toEqual(['B1', 'B2'])
    client.release()
    expect(await withTenant(pool, asA, notes)).toEqual(['A1', 'A2'])
    expect(await withUser(pool, { userId: asA.userId }, notes)).toEqual([])
    expect(await withSystemTask(pool, { task: 'nightly-billing', reason: 'run' }, notes)).toHaveLength(4)
  })

  test('rows that a session was left with do not reach the next context', async () => {
    const pool = poolOf(await newDatabase(), { max: 1 })
    await withTenant(pool, asA, async (client) => {
      await client.query('declare kept cursor with hold for select note from invoices')
      await client.query('create temporary table staging as select note from invoices')
    })
    const look = (text: string) => withTenant(pool, asB, (client) => client.query(text))
    await expect(look('fetch all from kept')).rejects.toMatchObject({ code: '34000' })
    await expect(look('select * from staging')).rejects.toMatchObject({ code: '42P01' })
  })

  test('a session that only reads has contexts too', async () => {
    const pool = poolOf(await newDatabase(), { options: '-c default_transaction_read_only=on' })
    expect(await withTenant(pool, asA, notes)).toEqual(['A1', 'A2'])
  })

  test('a valid pair of another tenant and user, set on purpose, is let in until fn ends, and nothing of it is kept', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    const run = withTenant(pool, asA, async (client) => {
      await client.query(`set local app.tenant_id = '${tenantB}'; set local app.user_id = '${userB}'`)
      await client.query("update invoices set note = 'mine'")
    })
    await expect(run).rejects.toMatchObject({ code: 'changed' })
    expect(await look(database, "select from invoices where note = 'mine'")).toEqual([])
  })

  test('a task can be begun by its name and role only through what logs it', async () => {
    const database = await newDatabase()
    const pool = poolOf(database, { max: 1 })
    const run = withTenant(pool, asA, async (client) => {
      await client.query('set local role billing_task')
      expect(await notes(client)).toEqual([])
      await client.query("select app.begin_system_task('nightly-billing', 'curious')")
      expect(await notes(client)).toHaveLength(4)
    })
    await expect(run).rejects.toMatchObject({ code: 'changed' })
  })
})

describe('SQL in a value', () => {
  const injection = "x'); reset role; select set_config('app.tenant_id', '', true); --"

  test('of a source and reason is text', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    const options = { ...asA, source: injection, reason: `\\${injection}`, log: true } as const
    expect(await withTenant(pool, options, notes)).toEqual(['A1', 'A2'])
    expect(await look(database, 'select name, reason from app.access_log')).toEqual([
      { name: injection, reason: `\\${injection}` },
    ])
  })

  test('of names of the declaration is a name', async () => {
    const pool = poolOf(await newDatabase())
    const names = [
      { appRole: injection },
      { context: { tenantSetting: injection } },
      { context: { userSetting: injection } },
      { context: { namespace: injection, functionOwner: injection } },
    ]
    for (const declared of names) {
      const own = tenantContext(declared)
      const run = own.withTenant(pool, { ...asA, source: 'x', log: true }, notes)
      await expect(run).rejects.toMatchObject({ code: 'not opened' })
    }
    expect(await withTenant(pool, asA, notes)).toEqual(['A1', 'A2'])
  })
})

describe('a promise that outlives fn', () => {
  test('is refused its queries', async () => {
    const pool = poolOf(await newDatabase())
    let leaked: TenantClient | undefined
    await withTenant(pool, asA, async (client) => {
      leaked = client
    })
    const late = leaked?.query('select 1')
    await expect(late).rejects.toMatchObject({ code: 'ended' })
    expect(() => leaked?.query('select 1', () => undefined)).toThrow(
      'a query after the end of the context of',
    )
  })

  test('is refused them while the commit is on its way', async () => {
    const database = await newDatabase()
    const pool = poolOf(database)
    let late: Promise<unknown> = Promise.resolve()
    await withTenant(pool, asA, async (client) => {
      late = new Promise((resolve) => setImmediate(resolve)).then(() =>
        client.query('insert into invoices (number) values (3)'),
      )
      late.catch(() => undefined)
    })
    await expect(late).rejects.toMatchObject({ code: 'ended' })
    expect(await look(database, 'select from invoices where number = 3')).toEqual([])
  })

  test('may enter a context of its own', async () => {
    const pool = poolOf(await newDatabase())
    let late: Promise<unknown> = Promise.resolve()
    await withTenant(pool, asA, async () => {
      late = new Promise((resolve) => setTimeout(resolve, 50)).then(() => withTenant(pool, asB, notes))
    })
    expect(await late).toEqual(['B1', 'B2'])
  })

  test('that fails within the transaction makes the commit fail', async () => {
    const pool = poolOf(await newDatabase())
    const run = withTenant(pool, asA, async (client) => {
      client.query('insert into invoices (number) values (1)').catch(() => undefined)
    })
    await expect(run).rejects.toMatchObject({ code: 'aborted' })
  })
})

test('a prepared statement that contexts share reads for each its own', async () => {
  const pool = poolOf(await newDatabase(), { max: 1 })
  const prepared = {
    name: 'notes',
    text: 'select note from invoices where number > $1 order by note',
    values: [0],
  }
  for (let round = 0; round < 8; round++) {
    for (const [own, expected] of [
      [asA, 'A1'],
      [asB, 'B1'],
    ] as const) {
      const { rows } = await withTenant(pool, own, (client) => client.query(prepared))
      expect(rows[0]).toEqual({ note: expected })
      expect(rows).toHaveLength(2)
    }
  }
})

test('contexts that take turns on a small pool never see each other', async () => {
  const pool = poolOf(await newDatabase(), { max: 3 })
  const runs = Array.from({ length: 120 }, async (_, at) => {
    const [own, expected] = at % 2 === 0 ? [asA, ['A1', 'A2']] : [asB, ['B1', 'B2']]
    const found = await withTenant(pool, own, async (client) => {
      const first = await notes(client)
      await client.query('select pg_sleep(0.001)')
      if (at % 7 === 0) throw new Error('on purpose')
      return [first, await notes(client)]
    }).catch((error: Error) => error.message)
    expect(found).toEqual(at % 7 === 0 ? 'on purpose' : [expected, expected])
  })
  await Promise.all(runs)
})

test('code that runs side by side in one process has each its own context', async () => {
  const pool = poolOf(await newDatabase())
  const nested = (own: typeof asA | typeof asB) =>
    withTenant(pool, own, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return await withTenant(pool, own, notes)
    })
  expect(await Promise.all([nested(asA), nested(asB)])).toEqual([
    ['A1', 'A2'],
    ['B1', 'B2'],
  ])
})

test('a second copy of the package knows the context that the first has open', async () => {
  const pool = poolOf(await newDatabase())
  vi.resetModules()
  const second = await import('../../src/pg.ts')
  expect(second.tenantContext).not.toBe(tenantContext)
  const other = second.tenantContext(declaration)
  const refusal = { name: 'ContextError', code: 'other context' }
  await expect(withTenant(pool, asA, () => other.withTenant(pool, asB, notes))).rejects.toMatchObject(refusal)
  await expect(withTenant(pool, asA, () => other.withTenant(pool, asA, notes))).rejects.toMatchObject(refusal)
  const guarded = second.guardPool(pool)
  await expect(withTenant(guarded, asA, () => guarded.query('select 1'))).rejects.toMatchObject(refusal)
})

test('the login role alone sees nothing', async () => {
  const client = new pg.Client(loginTo(await newDatabase()))
  await client.connect()
  expect(await notes(client)).toEqual([])
  await client.end()
})
