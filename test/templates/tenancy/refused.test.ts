import { describe, expect, test } from 'vitest'
import type { Blueprint } from '../../../src/templates/blueprint.ts'
import { createTenancy, dropTenancy, upgradeTenancy } from '../../../src/templates/tenancy/tenancy.ts'
import { blueprint } from './bed.ts'

const long = 'n'.repeat(64)
const task = { name: 'billing', role: 'billing_task', reason: 'x' }

describe('refused before any SQL', () => {
  const made = blueprint()
  const table = (name: string) => ({ namespace: 'public', name })
  test.each<[string, Partial<Blueprint>, RegExp]>([
    ['a role that is empty', { appRole: '' }, /a name is empty/],
    ['a namespace that is too long', { contextNamespace: long }, /has 64 bytes, and PostgreSQL keeps 63/],
    ['a name of 63 letters and 64 bytes', { functionOwner: `${'n'.repeat(62)}é` }, /has 64 bytes/],
    ['a table with a NUL', { tenants: table('a\0b') }, /NUL/],
    ['a log that is too long', { accessLog: table(long) }, /64 bytes/],
    ['a column that is too long', { memberships: { ...made.memberships, userKey: long } }, /64 bytes/],
    ['a setting with a NUL', { tenantSetting: 'app.\0' }, /NUL/],
    ['a role of members with a NUL', { memberRoles: ['a\0'] }, /NUL/],
    [
      'a task whose policy has too long a name',
      { systemTasks: [{ ...task, name: 't'.repeat(60) }] },
      /task_t+ has 65 bytes/,
    ],
    ['everybody for the application', { appRole: 'public' }, /public can't be the name of a role/],
    [
      'the owner of the functions for the application',
      { appRole: 'app_context' },
      /app_context has two parts/,
    ],
    [
      'the role of a task for the application',
      { systemTasks: [{ ...task, role: 'app_user' }] },
      /app_user has two parts/,
    ],
    [
      'the role of a task for support',
      { supportRole: 'billing_task', systemTasks: [task] },
      /billing_task has two parts/,
    ],
    ['a role of members twice', { memberRoles: ['owner', 'owner'] }, /owner is named twice/],
  ])('%s', (_, differing, message) => {
    const odd = { ...made, ...differing }
    expect(() => createTenancy(odd)).toThrow(message)
    expect(() => upgradeTenancy(odd)).toThrow(message)
  })

  test('a manager who can be no member', () => {
    expect(() => createTenancy(made, { managers: ['boss'] })).toThrow('boss is none of the roles of members')
  })
})

test('two tasks may have one role', () => {
  const made = blueprint({ systemTasks: [task, { ...task, name: 'cleanup' }] })
  expect(
    createTenancy(made).filter((statement) => statement.includes('create role billing_task')),
  ).toHaveLength(1)
})

test('no statement ends in a semicolon, and every one is one', () => {
  for (const make of [createTenancy, upgradeTenancy, dropTenancy]) {
    for (const statement of make(blueprint({ systemTasks: [task], supportRole: 'support' }))) {
      expect(statement).not.toMatch(/;\s*$/)
      expect(statement).toBe(statement.trim())
    }
  }
})
