import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database, EngineConnection } from '../../../src/engine/engine.ts'
import { testServer } from '../../server.ts'
import { type Context, createLogins, inContext, login, refusalOf, tenancyDatabase } from './bed.ts'

const server = testServer()
let database: Database
let connection: EngineConnection

const owner = '10000000-0000-0000-0000-000000000001'
const admin = '10000000-0000-0000-0000-000000000002'
const member = '10000000-0000-0000-0000-000000000003'
const stranger = '10000000-0000-0000-0000-000000000004'
const invited = '10000000-0000-0000-0000-000000000005'

let own: string
let foreign: string

beforeAll(async () => {
  await createLogins(server())
  database = await tenancyDatabase(server())
  connection = await database.connect({ user: login })
})
afterAll(() => connection.close())

beforeEach(async () => {
  own = await createTenant(owner)
  foreign = await createTenant(stranger)
  await join(own, owner, admin, 'admin')
  await join(own, owner, member, 'member')
})

async function createTenant(user: string): Promise<string> {
  const [row] = await run<{ id: string }>({ user }, `select app.create_tenant('a tenant') as id`)
  return row?.id ?? ''
}

async function join(tenant: string, by: string, user: string, role: string): Promise<void> {
  await run({ tenant, user: by }, `select app.invite_member('${user}', '${role}')`)
  await run({ user }, `select app.accept_invitation('${tenant}')`)
}

function run<Row>(context: Context, query: string): Promise<readonly Row[]> {
  return inContext<Row>(connection, context, query)
}

function codeOf(context: Context, query: string): Promise<unknown> {
  return refusalOf(() => run(context, query))
}

async function roleOf(user: string, tenant = own): Promise<string | undefined> {
  const rows = await run<{ id: string; role: string }>({ user }, 'select * from app.my_tenants()')
  return rows.find(({ id }) => id === tenant)?.role
}

const forbidden = '42501'
const missing = '02000'
const invalid = '22023'

describe('the verified tenant', () => {
  test.each(['owner', 'admin', 'member'] as const)(
    'is that of the setting for a member who is %s',
    async (role) => {
      const user = { owner, admin, member }[role]
      const query = `select app.current_tenant_id() as any, app.current_tenant_id(array['${role}']) as role, app.current_tenant_id(array['x', null]) as other`
      expect(await run({ tenant: own, user }, query)).toEqual([{ any: own, role: own, other: null }])
    },
  )

  test.each([
    ['of another tenant', () => ({ tenant: foreign, user: owner })],
    ['without a user', () => ({ tenant: own })],
    ['without a tenant', () => ({ user: owner })],
    ['with empty settings', () => ({ tenant: '', user: '' })],
    ['with an unknown user', () => ({ tenant: own, user: invited })],
    ['with the tenant for a user', () => ({ tenant: own, user: own })],
  ])('is none in a context %s', async (_, context) => {
    const query = `select app.current_tenant_id() as any, app.current_tenant_id(array['owner']) as role,
      (select count(*)::int from public.memberships) as memberships, (select count(*)::int from public.tenants) as tenants`
    expect(await run(context(), query)).toEqual([{ any: null, role: null, memberships: 0, tenants: 0 }])
  })

  test.each(['rubbish', "' or true --", '{}', '1'.repeat(40)])(
    'is an error where the tenant is %s',
    async (tenant) => {
      expect(await codeOf({ tenant, user: owner }, 'select app.current_tenant_id()')).toBe('22P02')
      expect(await codeOf({ tenant: own, user: tenant }, 'select app.current_tenant_id()')).toBe('22P02')
    },
  )

  test('is none for roles that are null or no roles', async () => {
    const query = `select app.current_tenant_id(null) as none, app.current_tenant_id('{}') as empty`
    expect(await run({ tenant: own, user: owner }, query)).toEqual([{ none: null, empty: null }])
  })

  test('is none for who is invited, until he accepts', async () => {
    await run({ tenant: own, user: owner }, `select app.invite_member('${invited}', 'member')`)
    const query = 'select app.current_tenant_id() as id'
    expect(await run({ tenant: own, user: invited }, query)).toEqual([{ id: null }])
    expect(await roleOf(invited)).toBeUndefined()
    await run({ user: invited }, `select app.accept_invitation('${own}')`)
    expect(await run({ tenant: own, user: invited }, query)).toEqual([{ id: own }])
    await run({ tenant: own, user: owner }, `select app.revoke_member('${invited}')`)
  })

  test('is none within the transaction in which the membership is revoked', async () => {
    const rows = await inContext(
      connection,
      { tenant: own, user: admin },
      `select app.revoke_member('${admin}')`,
      'select app.current_tenant_id() as id',
    )
    expect(rows).toEqual([{ id: null }])
  })
})

describe('reading', () => {
  test('shows the members of the own tenant and the tenant itself, and no others', async () => {
    const rows = await run(
      { tenant: own, user: member },
      'select tenant_id, role from public.memberships order by role',
    )
    expect(rows).toEqual(['admin', 'member', 'owner'].map((role) => ({ tenant_id: own, role })))
    expect(await run({ tenant: own, user: member }, 'select id from public.tenants')).toEqual([{ id: own }])
  })

  test('my tenants are those of the user alone, whatever tenant is set', async () => {
    const query = 'select id, role from app.my_tenants() order by id'
    const mine = await run({ tenant: foreign, user: admin }, query)
    expect(mine).toContainEqual({ id: own, role: 'admin' })
    expect(mine).not.toContainEqual(expect.objectContaining({ id: foreign }))
    expect(await run({ tenant: own }, query)).toEqual([])
  })
})

describe('inviting', () => {
  test.each<[string, () => Context, string, string, string]>([
    ['a member', () => ({ tenant: own, user: member }), invited, 'member', forbidden],
    ['a stranger', () => ({ tenant: own, user: stranger }), stranger, 'owner', forbidden],
    [
      'an admin who gives a role above his own',
      () => ({ tenant: own, user: admin }),
      invited,
      'owner',
      forbidden,
    ],
    [
      'an owner in the context of another tenant',
      () => ({ tenant: foreign, user: owner }),
      owner,
      'owner',
      forbidden,
    ],
    ['nobody', () => ({ tenant: own }), stranger, 'member', forbidden],
    [
      'an owner who gives a role that there is not',
      () => ({ tenant: own, user: owner }),
      invited,
      'root',
      invalid,
    ],
    ['an owner who gives an empty role', () => ({ tenant: own, user: owner }), invited, '', invalid],
    ['an owner who raises a member by it', () => ({ tenant: own, user: owner }), member, 'owner', '23505'],
    ['an admin who invites himself', () => ({ tenant: own, user: admin }), admin, 'admin', '23505'],
  ])('is refused to %s', async (_, context, user, role, code) => {
    expect(await codeOf(context(), `select app.invite_member('${user}', '${role}')`)).toBe(code)
    expect(await roleOf(user)).toBe({ [member]: 'member', [admin]: 'admin', [owner]: 'owner' }[user])
  })

  test('nobody, or into no role, is refused', async () => {
    const context = { tenant: own, user: owner }
    expect(await codeOf(context, `select app.invite_member(null, 'member')`)).toBe(invalid)
    expect(await codeOf(context, `select app.invite_member('${invited}', null)`)).toBe(invalid)
  })

  test('says who invited', async () => {
    const [row] = await run<{ invited_by: string }>(
      { tenant: own, user: owner },
      `select invited_by from public.memberships where user_id = '${admin}'`,
    )
    expect(row?.invited_by).toBe(owner)
  })
})

describe('accepting', () => {
  test('the invitation of another, one of another tenant and none at all are refused', async () => {
    await run({ tenant: own, user: owner }, `select app.invite_member('${invited}', 'admin')`)
    expect(await codeOf({ tenant: own, user: stranger }, `select app.accept_invitation('${own}')`)).toBe(
      missing,
    )
    expect(await codeOf({ tenant: own, user: invited }, `select app.accept_invitation('${foreign}')`)).toBe(
      missing,
    )
    expect(await codeOf({ tenant: own, user: invited }, 'select app.accept_invitation(null)')).toBe(missing)
    expect(await codeOf({ tenant: own }, `select app.accept_invitation('${own}')`)).toBe(missing)
  })

  test('a revoked membership or invitation is not revived', async () => {
    await run({ tenant: own, user: owner }, `select app.revoke_member('${member}')`)
    await run({ tenant: own, user: owner }, `select app.invite_member('${invited}', 'admin')`)
    await run({ tenant: own, user: admin }, `select app.revoke_member('${invited}')`)
    for (const user of [member, invited]) {
      expect(await codeOf({ user }, `select app.accept_invitation('${own}')`)).toBe(missing)
      expect(await codeOf({ tenant: own, user }, `select app.invite_member('${user}', 'member')`)).toBe(
        forbidden,
      )
      expect(await codeOf({ tenant: own, user }, `select app.change_member_role('${user}', 'member')`)).toBe(
        forbidden,
      )
    }
  })

  test('a revoked owner who is invited again comes back with the role of the invitation', async () => {
    await join(own, owner, invited, 'owner')
    await run({ tenant: own, user: invited }, `select app.revoke_member('${invited}')`)
    await join(own, admin, invited, 'member')
    expect(await roleOf(invited)).toBe('member')
  })
})

describe('revoking', () => {
  test.each<[string, () => Context, () => string, string]>([
    ['a member who revokes another', () => ({ tenant: own, user: member }), () => admin, forbidden],
    ['an admin who revokes an owner', () => ({ tenant: own, user: admin }), () => owner, forbidden],
    ['an owner of another tenant', () => ({ tenant: own, user: stranger }), () => member, forbidden],
    [
      'an owner in the context of another tenant',
      () => ({ tenant: foreign, user: owner }),
      () => stranger,
      forbidden,
    ],
    ['an owner who revokes who is no member', () => ({ tenant: own, user: owner }), () => stranger, missing],
    ['the last owner who leaves', () => ({ tenant: own, user: owner }), () => owner, forbidden],
    ['nobody', () => ({ tenant: own }), () => member, forbidden],
  ])('is refused to %s', async (_, context, user, code) => {
    expect(await codeOf(context(), `select app.revoke_member('${user()}')`)).toBe(code)
  })

  test('nobody is refused', async () => {
    expect(await codeOf({ tenant: own, user: owner }, 'select app.revoke_member(null)')).toBe(missing)
    expect(await codeOf({ tenant: own }, 'select app.revoke_member(null)')).toBe(forbidden)
  })

  test('an owner whose only fellow is invited and no owner yet stays', async () => {
    await run({ tenant: own, user: owner }, `select app.invite_member('${invited}', 'owner')`)
    expect(await codeOf({ tenant: own, user: owner }, `select app.revoke_member('${owner}')`)).toBe(forbidden)
    await run({ user: invited }, `select app.accept_invitation('${own}')`)
    await run({ tenant: own, user: owner }, `select app.revoke_member('${owner}')`)
    expect(await roleOf(owner)).toBeUndefined()
  })

  test('a member leaves, and who is invited declines', async () => {
    await run({ tenant: own, user: owner }, `select app.invite_member('${invited}', 'admin')`)
    for (const user of [member, invited]) {
      await run({ tenant: own, user }, `select app.revoke_member('${user}')`)
      expect(await codeOf({ user }, `select app.accept_invitation('${own}')`)).toBe(missing)
      expect(await roleOf(user)).toBeUndefined()
    }
  })
})

describe('changing a role', () => {
  test.each<[string, () => Context, string, string, string]>([
    ['a member who raises himself', () => ({ tenant: own, user: member }), member, 'owner', forbidden],
    ['an admin who raises himself', () => ({ tenant: own, user: admin }), admin, 'owner', forbidden],
    [
      'an admin who raises a member above himself',
      () => ({ tenant: own, user: admin }),
      member,
      'owner',
      forbidden,
    ],
    ['an admin who lowers an owner', () => ({ tenant: own, user: admin }), owner, 'member', forbidden],
    ['the last owner who steps down', () => ({ tenant: own, user: owner }), owner, 'admin', forbidden],
    ['an owner of another tenant', () => ({ tenant: own, user: stranger }), member, 'admin', forbidden],
    ['an owner who names no member', () => ({ tenant: own, user: owner }), stranger, 'admin', missing],
    ['an owner who names no role', () => ({ tenant: own, user: owner }), member, 'OWNER', invalid],
  ])('is refused to %s', async (_, context, user, role, code) => {
    const before = await roleOf(user)
    expect(await codeOf(context(), `select app.change_member_role('${user}', '${role}')`)).toBe(code)
    expect(await roleOf(user)).toBe(before)
  })

  test('an admin makes a member an admin, and an owner steps down where another one stays', async () => {
    await run({ tenant: own, user: admin }, `select app.change_member_role('${member}', 'admin')`)
    expect(await roleOf(member)).toBe('admin')
    await run({ tenant: own, user: owner }, `select app.change_member_role('${member}', 'owner')`)
    await run({ tenant: own, user: owner }, `select app.change_member_role('${owner}', 'member')`)
    expect(await roleOf(owner)).toBe('member')
    expect(await codeOf({ tenant: own, user: member }, `select app.revoke_member('${member}')`)).toBe(
      forbidden,
    )
  })
})
