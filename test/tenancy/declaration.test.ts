import { describe, expect, test } from 'vitest'
import { type TenancyInput, tenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { noTenancy, resolveTenancy } from '../../src/tenancy/tenancy.ts'

function problems(input: TenancyInput): string[] {
  const result = tenancyDeclaration.safeParse(input)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('names', () => {
  test('a quoted name that needs no quotes becomes the id that the model uses', () => {
    const declared = tenancyDeclaration.parse({
      tenants: '"public"."organizations"',
      tenantKeys: { '"public"."projects"': 'org_id' },
    })
    expect(declared).toEqual({ tenants: 'public.organizations', tenantKeys: { 'public.projects': 'org_id' } })
  })

  test('a name that needs its quotes keeps them', () => {
    expect(tenancyDeclaration.parse({ tenants: 'public."Organization"' }).tenants).toBe(
      'public."Organization"',
    )
  })

  test('a name without a namespace is refused with the name that was meant', () => {
    expect(problems({ systemTables: ['jobs'] })).toEqual([
      'systemTables.0: "jobs" names no namespace: write "public.jobs"',
    ])
  })

  test('capital letters outside of quotes are refused, because SQL would fold them', () => {
    expect(problems({ tenants: 'public.Organizations' })[0]).toContain('write public."Organizations"')
  })

  test('a reviewed routine keeps its argument types', () => {
    const reviewed = [{ object: '"app"."close_month"(uuid)', reason: 'checks the tenant itself' }]
    expect(tenancyDeclaration.parse({ reviewed }).reviewed?.[0]?.object).toBe('app.close_month(uuid)')
  })

  test('a tenant setting without a prefix is refused', () => {
    expect(problems({ context: { tenantSetting: 'tenant_id' } })).toHaveLength(1)
  })

  test('a global table without a reason is refused', () => {
    expect(problems({ globalTables: [{ relation: 'public.countries', reason: '  ' }] })).toHaveLength(1)
  })

  test('a date that no calendar has is refused', () => {
    expect(problems({ reviewed: [{ object: 'app.f()', reason: 'x', until: '2027-02-30' }] })).toHaveLength(1)
  })
})

describe('contradictions', () => {
  const reason = 'shared'

  test.each<[string, TenancyInput, string]>([
    [
      'global and system',
      { globalTables: [{ relation: 'public.t', reason }], systemTables: ['public.t'] },
      "systemTables.0: public.t can't be in systemTables: it is in globalTables already",
    ],
    [
      'tenants and global',
      { tenants: 'public.t', globalTables: [{ relation: '"public".t', reason }] },
      "tenants: public.t can't be in tenants: it is in globalTables already",
    ],
    [
      'tenants and memberships',
      { tenants: 'public.t', memberships: { relation: 'public.t', tenantKey: 'a', userKey: 'b' } },
      "memberships.relation: public.t can't be in memberships: it is in tenants already",
    ],
    [
      'access log and global',
      { globalTables: [{ relation: 'public.t', reason }], accessLog: 'public.t' },
      "accessLog: public.t can't be in accessLog: it is in globalTables already",
    ],
    [
      'twice global',
      {
        globalTables: [
          { relation: 'public.t', reason },
          { relation: 'public.t', reason },
        ],
      },
      'globalTables.1.relation: public.t is named twice in globalTables',
    ],
    [
      'a tenant key and system',
      { tenantKeys: { 'public.t': 'org_id' }, systemTables: ['public.t'] },
      "tenantKeys.public.t: public.t can't have a tenant key: it is in systemTables",
    ],
    [
      'one setting for tenant and user',
      { context: { tenantSetting: 'app.id', userSetting: 'app.id' } },
      'context.userSetting: app.id is the setting of the tenant already',
    ],
  ])('%s is refused', (_case, input, problem) => {
    expect(problems(input)).toEqual([problem])
  })

  const tasks = ['a', 'b', 'c'].map((name) => ({ name, role: `${name}_task`, reason: 'nightly' }))

  test('a third system task is refused', () => {
    expect(problems({ systemTasks: tasks })[0]).toContain('3 system tasks, and 2 are allowed')
  })

  test('a third system task passes where maxSystemTasks is raised', () => {
    expect(problems({ systemTasks: tasks, maxSystemTasks: 3 })).toEqual([])
  })

  test('a system task under an app role is refused', () => {
    expect(problems({ appRoles: ['a_task'], systemTasks: tasks.slice(0, 1) })[0]).toContain(
      'systemTasks.0.role',
    )
    const backupRole = { role: 'a_task', reason: 'the nightly dump' }
    expect(problems({ systemTasks: tasks.slice(0, 1), backupRole })).toEqual([
      "backupRole.role: a_task can't be the role of backups: it is the role of a system task already",
    ])
    expect(problems({ appRoles: ['web'], supportRole: 'web' })).toEqual([
      "supportRole: web can't be the role of support: it is an app role already",
    ])
    expect(problems({ supportRole: 'help', context: { functionOwner: 'help' } })).toEqual([
      "context.functionOwner: help can't be the owner of the functions: it is the role of support already",
    ])
  })
})

test('an empty declaration resolves to no tenancy', () => {
  expect(resolveTenancy(tenancyDeclaration.parse({}))).toEqual(noTenancy)
})

test('what is declared replaces the defaults key by key', () => {
  const tenancy = resolveTenancy(
    tenancyDeclaration.parse({
      tenantKey: 'org_id',
      memberships: { relation: 'public.m', tenantKey: 'org_id', userKey: 'user_id' },
      context: { userSetting: 'app.user_id' },
    }),
  )
  expect(tenancy.tenantKey).toBe('org_id')
  expect(tenancy.memberships?.role).toBeNull()
  expect(tenancy.context).toEqual({ tenantSetting: null, userSetting: 'app.user_id', functions: [] })
  expect(tenancy.guardedNamespaces).toBeNull()
})
