import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database, EngineConnection } from '../../../src/engine/engine.ts'
import { testServer } from '../../server.ts'
import { blueprint, type Context, createLogins, inContext, login, refusalOf, tenancyDatabase } from './bed.ts'

const server = testServer()
let database: Database
let connection: EngineConnection
let superuser: EngineConnection

const user = '10000000-0000-0000-0000-000000000001'
let tenant: string
let other: string

beforeAll(async () => {
  await createLogins(server())
  const tasks = [
    { name: 'nightly-billing', role: 'billing_task', reason: 'invoices all tenants once a month' },
    { name: "clean'up", role: 'cleanup_task', reason: 'deletes what is old' },
  ]
  database = await tenancyDatabase(server(), blueprint({ supportRole: 'support', systemTasks: tasks }))
  connection = await database.connect({ user: login })
  superuser = await database.connect()
  const create = `select app.create_tenant('a tenant') as id`
  tenant = (await run<{ id: string }>({ user }, create))[0]?.id ?? ''
  other = (await run<{ id: string }>({ user: tenant }, create))[0]?.id ?? ''
})
afterAll(async () => {
  await connection.close()
  await superuser.close()
})

function run<Row = unknown>(context: Context, ...queries: readonly [string, ...string[]]) {
  return inContext<Row>(connection, context, ...queries)
}

function codeOf(context: Context, ...queries: readonly [string, ...string[]]): Promise<unknown> {
  return refusalOf(() => run(context, ...queries))
}

async function lastLogged(): Promise<unknown> {
  const rows = await superuser.query(
    'select login, role, kind, name, reason, tenant_id, user_id from app.access_log order by id desc limit 1',
  )
  return rows[0]
}

async function countLogged(): Promise<unknown> {
  return superuser.query('select count(*)::int from app.access_log')
}

const forbidden = '42501'
const invalid = '22023'
const billing = { role: 'billing_task' }
const support = { role: 'support' }
const beginBilling = `select app.begin_system_task('nightly-billing', 'monthly run')`
const seen =
  'select count(*)::int as tenants, (select count(*)::int from public.memberships) as memberships from public.tenants'
const nothing = [{ tenants: 0, memberships: 0 }]
const everything = [{ tenants: 2, memberships: 2 }]
const one = [{ tenants: 1, memberships: 1 }]

describe('the access log', () => {
  test('tells of a read in the context of a tenant who read what, and why', async () => {
    await run({ tenant, user }, `select app.log_access('read', 'invoice export', 'asked by the customer')`)
    expect(await lastLogged()).toEqual({
      login,
      role: 'app_user',
      kind: 'read',
      name: 'invoice export',
      reason: 'asked by the customer',
      tenant_id: tenant,
      user_id: user,
    })
  })

  test.each<[string, () => Context, string, string]>([
    ['a system task', () => ({ tenant, user }), `'system task', 'nightly-billing', 'x'`, forbidden],
    ['support', () => ({ tenant, user }), `'support', 'support', 'x'`, forbidden],
    ['no kind', () => ({ tenant, user }), `null, 'x', 'x'`, forbidden],
    ['a read of another tenant', () => ({ tenant: other, user }), `'read', 'x', 'x'`, forbidden],
    ['a read of no tenant', () => ({ user }), `'read', 'x', 'x'`, forbidden],
    ['a read by a role that has no task open', () => billing, `'read', 'x', 'x'`, forbidden],
    ['a read of nothing', () => ({ tenant, user }), `'read', ' ', 'x'`, invalid],
    ['a read without a reason', () => ({ tenant, user }), `'read', 'x', null`, invalid],
  ])('takes no line that claims %s', async (_, context, line, code) => {
    const before = await countLogged()
    expect(await codeOf(context(), `select app.log_access(${line})`)).toBe(code)
    expect(await countLogged()).toEqual(before)
  })

  test.each([
    ['read', 'select * from app.access_log'],
    [
      'written',
      `insert into app.access_log (kind, name, reason) values ('system task', 'nightly-billing', 'x')`,
    ],
    ['altered', `update app.access_log set reason = 'x'`],
    ['deleted', 'delete from app.access_log'],
    ['emptied', 'truncate app.access_log'],
    ['copied into', `copy app.access_log from program 'true'`],
    ['numbered', `select setval('app.access_log_id_seq', 1)`],
  ])('is not %s by any role of the tenancy', async (_, query) => {
    for (const role of ['app_user', 'billing_task', 'support']) {
      expect(await codeOf({ tenant, user, role }, query)).toBe(forbidden)
    }
  })

  test('is not read, altered or emptied by the functions either', async () => {
    await superuser.query('grant app_context to web')
    try {
      const context = { tenant, user, role: 'app_context' }
      expect(await run(context, 'select * from app.access_log')).toEqual([])
      for (const query of [
        `update app.access_log set reason = 'x'`,
        'delete from app.access_log',
        'truncate app.access_log',
      ]) {
        expect(await codeOf(context, query)).toBe(forbidden)
      }
      const backdated = `insert into app.access_log (kind, name, reason, xid) values ('support', 'x', 'x', '9999')`
      expect(await codeOf(context, backdated)).toBe(forbidden)
    } finally {
      await superuser.query('revoke app_context from web')
    }
  })

  test('is emptied of what a transaction logged that was rolled back', async () => {
    const before = await countLogged()
    expect(await codeOf(billing, beginBilling, 'select 1/0')).toBe('22012')
    expect(await countLogged()).toEqual(before)
  })
})

describe('a system task', () => {
  test('is open for its role until the transaction ends, and logged', async () => {
    expect(await run(billing, seen)).toEqual(nothing)
    expect(await run({ ...billing, user }, beginBilling, seen)).toEqual(everything)
    expect(await lastLogged()).toEqual({
      login,
      role: 'billing_task',
      kind: 'system task',
      name: 'nightly-billing',
      reason: 'monthly run',
      tenant_id: null,
      user_id: user,
    })
    expect(await run(billing, seen)).toEqual(nothing)
  })

  test('logs reads of all tenants', async () => {
    await run(billing, beginBilling, `select app.log_access('read', 'all invoices', 'monthly run')`)
    expect(await lastLogged()).toMatchObject({ kind: 'read', role: 'billing_task', tenant_id: null })
  })

  test.each<[string, Context, string, string]>([
    ['the role of the application', {}, `'nightly-billing', 'x'`, forbidden],
    ['the role of another task', { role: 'cleanup_task' }, `'nightly-billing', 'x'`, forbidden],
    ['the role of support', support, `'nightly-billing', 'x'`, forbidden],
    ['its role by a name that there is not', billing, `'nightly', 'x'`, forbidden],
    ['its role without a name', billing, `null, 'x'`, forbidden],
    ['its role without a reason', billing, `'nightly-billing', ' '`, invalid],
  ])('is not begun by %s', async (_, context, values, code) => {
    expect(await codeOf(context, `select app.begin_system_task(${values})`)).toBe(code)
  })

  test('is begun by a name that needs quoting', async () => {
    expect(
      await run({ role: 'cleanup_task' }, `select app.begin_system_task('clean''up', 'x')`, seen),
    ).toEqual(everything)
  })

  test('is not begun by a login that inherits the role, and did not take it on', async () => {
    await superuser.query('alter role web inherit')
    try {
      expect(await codeOf({ role: login }, beginBilling)).toBe(forbidden)
      expect(await codeOf({ role: 'none' }, beginBilling)).toBe(forbidden)
    } finally {
      await superuser.query('alter role web noinherit')
    }
  })

  test('opens nothing for another role of the same transaction', async () => {
    const toOther = `select set_config('role', 'cleanup_task', true)`
    expect(await run(billing, beginBilling, toOther, seen)).toEqual(nothing)
    const toApp = `select set_config('role', 'app_user', true)`
    expect(await run({ ...billing, tenant: other, user }, beginBilling, toApp, seen)).toEqual(nothing)
  })

  test('is closed where the savepoint that began it was rolled back', async () => {
    expect(await run(billing, 'savepoint s', beginBilling, 'rollback to savepoint s', seen)).toEqual(nothing)
    expect(await run(billing, 'savepoint s', beginBilling, 'release savepoint s', seen)).toEqual(everything)
  })

  test('is opened by no setting', async () => {
    const settings = ['app.system_task', 'app.task', 'app.system_task_is_open'].map(
      (name) => `set_config('${name}', 'nightly-billing', true)`,
    )
    expect(await run(billing, `select ${settings.join(', ')}`, seen)).toEqual(nothing)
  })

  test('stays closed where an old line has the id of this transaction', async () => {
    await superuser.query(`
      insert into app.access_log (at, login, role, kind, name, reason, xid)
      select '2020-01-01', 'web', 'billing_task', 'system task', 'nightly-billing', 'from a dump', (pg_current_xact_id()::text::bigint + ahead)::text::xid8
      from generate_series(0, 50) as ahead`)
    const assignsId = `select pg_current_xact_id()`
    expect(await run(billing, assignsId, seen)).toEqual(nothing)
    await superuser.query(`delete from app.access_log where reason = 'from a dump'`)
  })
})

describe('support', () => {
  const begin = (id: string | null) =>
    `select app.begin_support(${id === null ? 'null' : `'${id}'`}, 'ticket 17')`

  test('reads one tenant until the transaction ends, and is logged', async () => {
    expect(await run({ ...support, tenant, user }, seen)).toEqual(nothing)
    expect(await run(support, begin(tenant), seen)).toEqual(one)
    expect(await lastLogged()).toMatchObject({
      kind: 'support',
      role: 'support',
      reason: 'ticket 17',
      tenant_id: tenant,
    })
    expect(await run(support, begin(tenant), 'select id from public.tenants')).toEqual([{ id: tenant }])
    expect(await run(support, seen)).toEqual(nothing)
  })

  test('reads no second tenant in one transaction', async () => {
    expect(await codeOf(support, begin(tenant), begin(other))).toBe('55000')
    expect(await codeOf(support, begin(tenant), begin(tenant))).toBe('55000')
  })

  test.each<[string, () => Context, () => string, string]>([
    ['the role of the application', () => ({ tenant, user }), () => begin(other), forbidden],
    ['the role of a task', () => billing, () => begin(other), forbidden],
    ['its role without a tenant', () => support, () => begin(null), invalid],
    ['its role without a reason', () => support, () => `select app.begin_support('${tenant}', '')`, invalid],
  ])('is not begun by %s', async (_, context, query, code) => {
    expect(await codeOf(context(), query())).toBe(code)
  })

  test('writes nothing', async () => {
    for (const query of [
      `update public.memberships set role = 'owner'`,
      `select app.invite_member('${user}', 'owner')`,
      `select app.create_tenant('x')`,
    ]) {
      expect(await codeOf({ ...support, user }, begin(tenant), query)).toBe(forbidden)
    }
  })
})

test('a transaction that only reads begins no task and no support', async () => {
  expect(await codeOf(billing, 'set transaction read only', beginBilling)).toBe('25006')
})
