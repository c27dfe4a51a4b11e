import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../../src/sql/parse.ts'
import { playAlone } from '../checks/examples.ts'

beforeAll(loadParser)

const organizations = 'create table public.organizations (id uuid primary key);'
const keyed = (name: string, key: string, more = '') =>
  `create table public.${name} (id uuid primary key, ${key} uuid references public.organizations (id)${more});`

describe('the tenancy that is assumed', () => {
  test('the name that most tables use is the tenant key, and what it refers to is the table of tenants', () => {
    const { tenancy, assumed } = playAlone([
      organizations,
      keyed('a', 'org_id'),
      keyed('b', 'org_id'),
      'create table public.c (tenant_id uuid);',
    ])
    expect(tenancy.tenantKey).toBe('org_id')
    expect(tenancy.tenants).toBe('public.organizations')
    expect(assumed).toEqual([
      'the tenant key is org_id, which 2 of 4 tables have',
      'the table of tenants is public.organizations',
    ])
  })

  test('of names that as many tables use the more telling one is taken', () => {
    const { tenancy } = playAlone([
      'create table public.a (team_id uuid);\ncreate table public.b (tenant_id uuid);',
    ])
    expect(tenancy.tenantKey).toBe('tenant_id')
  })

  test('names as object mappers write them count', () => {
    const { tenancy } = playAlone('create table public."Order" ("tenantId" uuid);')
    expect(tenancy.tenantKey).toBe('tenantId')
  })

  test('a table whose other usual name refers to the same tenants has that as its own key', () => {
    const { tenancy } = playAlone([
      organizations,
      keyed('a', 'organization_id'),
      keyed('b', 'organization_id'),
      keyed('c', 'workspace_id'),
    ])
    expect(tenancy.tenantKeys).toEqual({ 'public.c': 'workspace_id' })
  })

  test('a table of tenant key and user is that of the memberships if its name or its key says so', () => {
    const invoices = keyed('invoices', 'org_id', ', user_id uuid')
    const pair =
      'create table public.staff (org_id uuid, user_id uuid, role text, primary key (org_id, user_id));'
    expect(playAlone([organizations, invoices]).tenancy.memberships).toBeNull()
    expect(playAlone([organizations, invoices, pair]).tenancy.memberships).toEqual({
      relation: 'public.staff',
      tenantKey: 'org_id',
      userKey: 'user_id',
      role: 'role',
    })
  })

  test('without a foreign key the table of tenants is found by its name', () => {
    const { tenancy } = playAlone([
      'create table public.companies (id uuid primary key);',
      'create table public.a (company_id uuid);',
    ])
    expect(tenancy.tenants).toBe('public.companies')
  })

  test('what is declared wins', () => {
    const { tenancy, assumed } = playAlone([organizations, keyed('a', 'org_id')], {
      tenantKey: 'owner',
      tenants: 'public.owners',
    })
    expect([tenancy.tenantKey, tenancy.tenants]).toEqual(['owner', 'public.owners'])
    expect(assumed).toEqual([])
  })

  test('where no table has a usual name the assumption says so', () => {
    const { assumed } = playAlone('create table public.a (id int);')
    expect(assumed[0]).toContain('no table has a tenant key of a usual name')
  })
})
