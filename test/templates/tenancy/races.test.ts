import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database, EngineConnection } from '../../../src/engine/engine.ts'
import { testServer } from '../../server.ts'
import { createLogins, inContext, login, refusalOf, tenancyDatabase } from './bed.ts'

const server = testServer()
const ann = '10000000-0000-0000-0000-000000000001'
const bob = '10000000-0000-0000-0000-000000000002'
const cid = '10000000-0000-0000-0000-000000000003'

let database: Database
let observer: EngineConnection
let tenant: string

beforeAll(async () => {
  await createLogins(server())
  database = await tenancyDatabase(server())
  observer = await database.connect()
})
afterAll(() => observer.close())

/** A tenant with two owners. */
beforeEach(async () => {
  const connection = await database.connect({ user: login })
  const [row] = await inContext<{ id: string }>(
    connection,
    { user: ann },
    `select app.create_tenant('a tenant') as id`,
  )
  tenant = row?.id ?? ''
  await inContext(connection, { tenant, user: ann }, `select app.invite_member('${bob}', 'owner')`)
  await inContext(connection, { user: bob }, `select app.accept_invitation('${tenant}')`)
  await connection.close()
})

/**
 * Two transactions at once: the first runs its query, then the second runs its own and waits, then the first commits. The outcome of the
 * second: the SQLSTATE of its refusal, or null.
 */
async function race(
  isolation: string,
  one: { readonly user: string; readonly query: string },
  two: { readonly user: string; readonly query: string },
): Promise<unknown> {
  const [first, second] = [await database.connect({ user: login }), await database.connect({ user: login })]
  try {
    for (const [connection, { user }] of [
      [first, one],
      [second, two],
    ] as const) {
      await connection.query(`begin isolation level ${isolation}`)
      await connection.query(
        `select set_config('role', 'app_user', true), set_config('app.tenant_id', '${tenant}', true), set_config('app.user_id', '${user}', true)`,
      )
      await connection.query('select app.current_tenant_id()')
    }
    await first.query(one.query)
    const outcome = refusalOf(async () => {
      await second.query(two.query)
      await second.query('commit')
      return null
    })
    await waiting()
    await first.query('commit')
    return await outcome
  } finally {
    await first.close()
    await second.close()
  }
}

/** Until a transaction waits for another. */
async function waiting(): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const rows = await observer.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
    if (rows.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('nobody waits for anybody')
}

async function members(): Promise<unknown> {
  return observer.query(
    `select user_id, role from public.memberships
     where tenant_id = '${tenant}' and accepted_at is not null and revoked_at is null order by user_id`,
  )
}

const revoke = (user: string) => `select app.revoke_member('${user}')`
const lower = (user: string) => `select app.change_member_role('${user}', 'member')`
const isolations = [
  ['read committed', '42501'],
  ['repeatable read', '40001'],
  ['serializable', '40001'],
] as const

describe.each(isolations)('in %s', (isolation, code) => {
  test('of two owners who revoke each other one stays', async () => {
    const outcome = await race(
      isolation,
      { user: ann, query: revoke(bob) },
      { user: bob, query: revoke(ann) },
    )
    expect(outcome).toBe(code)
    expect(await members()).toEqual([{ user_id: ann, role: 'owner' }])
  })

  test('of two owners who leave one stays', async () => {
    const outcome = await race(
      isolation,
      { user: ann, query: revoke(ann) },
      { user: bob, query: revoke(bob) },
    )
    expect(outcome).toBe(code)
    expect(await members()).toEqual([{ user_id: bob, role: 'owner' }])
  })

  test('of two owners who step down one stays an owner', async () => {
    const outcome = await race(isolation, { user: bob, query: lower(bob) }, { user: ann, query: lower(ann) })
    expect(outcome).toBe(code)
    expect(await members()).toEqual([
      { user_id: ann, role: 'owner' },
      { user_id: bob, role: 'member' },
    ])
  })

  test('an owner who is lowered meanwhile invites nobody', async () => {
    const invite = `select app.invite_member('${cid}', 'owner')`
    expect(await race(isolation, { user: ann, query: lower(bob) }, { user: bob, query: invite })).toBe(code)
    expect(await observer.query(`select from public.memberships where user_id = '${cid}'`)).toEqual([])
  })

  test('an invitation that is revoked meanwhile is not accepted', async () => {
    const connection = await database.connect({ user: login })
    await inContext(connection, { tenant, user: ann }, `select app.invite_member('${cid}', 'member')`)
    await connection.close()
    const accept = `select app.accept_invitation('${tenant}')`
    const outcome = await race(isolation, { user: ann, query: revoke(cid) }, { user: cid, query: accept })
    expect(outcome).toBe(code === '42501' ? '02000' : code)
    await observer.query(`delete from public.memberships where user_id = '${cid}'`)
  })
})

test('a stranger locks no rows of a tenant that he names', async () => {
  const [stranger, owner] = [await database.connect({ user: login }), await database.connect({ user: login })]
  await stranger.query('begin')
  await stranger.query(
    `select set_config('role', 'app_user', true), set_config('app.tenant_id', '${tenant}', true), set_config('app.user_id', '${cid}', true)`,
  )
  await stranger.query('savepoint s')
  expect(await refusalOf(() => stranger.query(revoke(ann)))).toBe('42501')
  await stranger.query('rollback to savepoint s')
  await inContext(owner, { tenant, user: ann }, `select set_config('lock_timeout', '1s', true)`, revoke(bob))
  expect(await members()).toEqual([{ user_id: ann, role: 'owner' }])
  await stranger.close()
  await owner.close()
})
