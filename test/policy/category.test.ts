import { beforeAll, describe, expect, test } from 'vitest'
import { categoryOf, isGuarded, tenantKeyOf } from '../../src/policy/category.ts'
import { loadParser } from '../../src/sql/parse.ts'
import type { TenancyInput } from '../../src/tenancy/declaration.ts'
import { play } from '../checks/examples.ts'
import { relationOf } from './policies.ts'

beforeAll(loadParser)

function categoryIn(sql: string, id: string, tenancy: TenancyInput = {}) {
  const played = play(sql, tenancy)
  return categoryOf(played.model, played.tenancy, relationOf(played, id))
}

describe('the category of a table', () => {
  test('with the tenant key it is a tenant table', () => {
    expect(categoryIn('create table app.a (tenant_id uuid);', 'app.a')).toBe('tenant')
  })

  test('with a foreign key to the tenants under another name it is a child', () => {
    expect(categoryIn('create table app.a (owner uuid references app.tenants (id));', 'app.a')).toBe('child')
  })

  test('with a foreign key to a child it is a child', () => {
    const sql = `create table app.a (id uuid primary key, tenant_id uuid);
      create table app.b (id uuid primary key, a uuid references app.a (id));
      create table app.c (b uuid references app.b (id));`
    expect(categoryIn(sql, 'app.c')).toBe('child')
  })

  test('what the user of a membership refers to is users, and what refers to users a child', () => {
    expect(categoryIn('', 'app.users')).toBe('users')
    expect(categoryIn('create table app.a (u uuid references app.users (id));', 'app.a')).toBe('child')
  })

  test('tables that refer to each other alone are uncategorised', () => {
    const sql = `create table app.a (id uuid primary key, b uuid);
      create table app.b (id uuid primary key, a uuid references app.a (id));
      alter table app.a add foreign key (b) references app.b (id);`
    expect(categoryIn(sql, 'app.a')).toBe('uncategorised')
  })

  test('the tenant key wins over a declaration as global, for the name may be that of another table now', () => {
    const globalTables = [{ relation: 'app.a', reason: 'rates' }]
    expect(categoryIn('create table app.a (id uuid);', 'app.a', { globalTables })).toBe('global')
    expect(categoryIn('create table app.a (tenant_id uuid);', 'app.a', { globalTables })).toBe('tenant')
    const renamed = `create table app.c (tenant_id uuid); create table app.a (id uuid);
      alter table app.a rename to b; alter table app.c rename to a;`
    expect(categoryIn(renamed, 'app.a', { globalTables })).toBe('tenant')
  })

  test('a declaration as a table of the system wins over the tenant key', () => {
    const sql = 'create table app.a (tenant_id uuid);'
    expect(categoryIn(sql, 'app.a', { systemTables: ['app.a'] })).toBe('system')
    expect(categoryIn(sql, 'app.a', { accessLog: 'app.a' })).toBe('system')
  })

  test('a partition has the category of its root, two levels up', () => {
    const sql = `create table app.e (at date, x int) partition by range (at);
      create table app.e1 partition of app.e default partition by list (x);
      create table app.e2 partition of app.e1 default;`
    const globalTables = [{ relation: 'app.e', reason: 'calendar' }]
    expect(categoryIn(sql, 'app.e2', { globalTables })).toBe('global')
    expect(categoryIn(sql, 'app.e2')).toBe('uncategorised')
  })

  test('the bookkeeping of a migration tool is system, unless it has the tenant key', () => {
    expect(categoryIn('create table public._prisma_migrations (id text);', 'public._prisma_migrations')).toBe(
      'system',
    )
    const sql = 'create table public.schema_migrations (tenant_id uuid);'
    expect(categoryIn(sql, 'public.schema_migrations')).toBe('tenant')
  })

  test.each([
    [
      'with a column that no tool writes',
      'public.schema_migrations (version text, secret text)',
      'uncategorised',
    ],
    ['of a runner of ones own', 'public.schema_migrations (filename text, applied_at timestamptz)', 'system'],
    ['of sqitch', 'sqitch.changes (change_id text)', 'system'],
    ['in the namespace of a tool that has no such table', 'sqitch.customers (name text)', 'uncategorised'],
  ])('a table named like bookkeeping, %s', (_, table, category) => {
    const sql = `create schema sqitch; create table ${table};`
    expect(categoryIn(sql, table.slice(0, table.indexOf(' ')))).toBe(category)
  })

  test('a declared key of another name is the tenant key of that table and its partitions', () => {
    const sql = `create table app.e (org uuid, at date) partition by range (at);
      create table app.e1 partition of app.e default;`
    const played = play(sql, { tenantKeys: { 'app.e': 'org' } })
    expect(tenantKeyOf(played.model, played.tenancy, relationOf(played, 'app.e1'))).toBe('org')
  })
})

describe('guarded namespaces', () => {
  const sql = 'create schema other;\ncreate table other.a (id int);\ncreate table public.b (id int);'

  test('by default they are public and those that the history creates', () => {
    const played = play(sql)
    for (const id of ['other.a', 'public.b', 'app.tenants']) {
      expect(isGuarded(played.model, played.tenancy, relationOf(played, id))).toBe(true)
    }
  })

  test('a declaration names them alone', () => {
    const played = play(sql, { guardedNamespaces: ['other'] })
    const guarded = ['other.a', 'public.b'].map((id) =>
      isGuarded(played.model, played.tenancy, relationOf(played, id)),
    )
    expect(guarded).toEqual([true, false])
  })
})
