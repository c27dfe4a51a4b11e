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

  test('of two tables that might be the memberships the one that is about nothing else is taken', () => {
    const pair = (name: string) =>
      `create table public.${name} (id int, org_id uuid, user_id uuid, unique (org_id, user_id));`
    const chosen = (...names: string[]) =>
      playAlone([organizations, keyed('a', 'org_id'), ...names.map(pair)]).tenancy.memberships?.relation
    expect(chosen('member_permissions', 'org_members')).toBe('public.org_members')
    expect(chosen('user_org_delete_activity', 'user_org_roles')).toBe('public.user_org_roles')
    expect(chosen('agents', 'users_to_orgs')).toBe('public.users_to_orgs')
    expect(chosen('org_invitations', 'user_settings')).toBeUndefined()
  })

  test('another spelling of the tenant key is the key too, without a foreign key', () => {
    const { tenancy, assumed } = playAlone([
      'create table public.a (tenant_id uuid); create table public.b (tenant_id uuid);',
      'create table public."C" ("tenantId" uuid); create table public.d (tenantid uuid);',
      ...['E', 'F', 'G', 'H'].map((name) => `create table public."${name}" ("tenantId" uuid);`),
    ])
    expect(tenancy.tenantKey).toBe('tenantId')
    expect(tenancy.tenantKeys).toEqual({
      'public.a': 'tenant_id',
      'public.b': 'tenant_id',
      'public.d': 'tenantid',
    })
    expect(assumed).toContain('the tenant key of public.a, public.b is tenant_id')
  })

  test('British spelling counts as American', () => {
    expect(playAlone('create table public.a (organisation_id uuid);').tenancy.tenantKey).toBe(
      'organisation_id',
    )
  })

  test('a name that refers to the tenants elsewhere is the key where nothing else is', () => {
    const { tenancy } = playAlone([
      organizations,
      keyed('a', 'org_id'),
      keyed('apps', 'owner_org'),
      'create table public.deploys (app_id uuid references public.apps (id), owner_org uuid);',
      'create table public.moves (owner_org uuid references public.apps (id));',
    ])
    expect(tenancy.tenantKeys).toEqual({ 'public.deploys': 'owner_org' })
  })

  test('many tables of one other key are one sentence', () => {
    const names = ['b', 'c', 'd', 'e', 'f']
    const { assumed } = playAlone([
      organizations,
      ...['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((name) => keyed(name, 'organization_id')),
      ...names.map((name) => keyed(name, 'workspace_id')),
    ])
    expect(assumed).toContain('the tenant key of public.b, public.c, public.d and 2 more is workspace_id')
  })

  test('without a usual name the tenant key is what a table of members refers to', () => {
    const { tenancy, assumed } = playAlone([
      'create table public.users (id uuid primary key); create table public.projects (id uuid primary key);',
      'create table public.project_members (project_id uuid references public.projects, user_id uuid references public.users);',
      'create table public.threads (project_id uuid references public.projects);',
    ])
    expect(tenancy.tenantKey).toBe('project_id')
    expect(tenancy.tenants).toBe('public.projects')
    expect(tenancy.memberships?.relation).toBe('public.project_members')
    expect(assumed[0]).toBe(
      'the tenant key is project_id, of which public.project_members has the members; 2 of 4 tables have it',
    )
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

  test('functions that policies call and nothing declares are named, each once', () => {
    const history = `
      create schema app;
      create function app.current_org() returns uuid language sql as $$ select current_setting('app.org')::uuid $$;
      create function app.unused() returns uuid language sql as $$ select current_setting('app.org')::uuid $$;
      create table public.a (tenant_id uuid);
      create policy p on public.a using (tenant_id = app.current_org()) with check (tenant_id = (select app.current_org()));`
    const sentence =
      'functions that policies call do what their bodies mention: app.current_org; read them, and declare tenancy.context.functions'
    expect(playAlone(history).assumed).toContain(sentence)
    const declared = playAlone(history, { context: { functions: ['app.current_org'] } })
    expect(declared.assumed.join()).not.toContain('app.current_org')
  })
})
