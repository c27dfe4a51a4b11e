import { describe, expect, test } from 'vitest'
import type { SchemaModel } from '../../src/model/schema-model.ts'
import { printExpression, printQuery } from '../../src/sql/expression.ts'
import { historyOf, modelOf, reasonsOf, relationOf } from './fixture.ts'

const schema = `
  create schema app;
  set search_path = app;
  create type mood as enum ('calm');
  create function tenant(m mood) returns uuid language sql stable as 'select null::uuid';
  create function touch() returns trigger language plpgsql as 'begin return new; end';
  create table tenants (id uuid primary key);
  create table invoices (
    id serial primary key,
    tenant_id uuid not null references tenants (id) on delete cascade,
    mood mood default 'calm'::mood,
    constraint positive check (id > 0)
  );
  create index by_tenant on invoices (tenant_id);
  create policy own on invoices to app_role using (invoices.tenant_id = tenant(mood));
  create policy theirs on invoices
    using (exists (select 1 from tenants where tenants.id = tenant_id));
  create view open_invoices as select id, tenant_id from invoices i where i.tenant_id is not null order by tenant_id;
  create trigger touch before update on invoices for each row execute function touch();
`

const usings = (model: SchemaModel, id: string) =>
  relationOf(model, id).policies.map(({ using }) => using && printExpression(using))
const queryOf = (model: SchemaModel, id = 'app.open_invoices') => {
  const { view } = relationOf(model, id)
  return view && printQuery(view.query)
}

describe('RENAME of a table', () => {
  const model = modelOf(`${schema} alter table tenants rename to orgs; alter table invoices rename to bills;`)

  test('its policies stay with it and follow the names', () => {
    expect(usings(model, 'app.bills')).toEqual([
      'bills.tenant_id = app.tenant(mood)',
      'EXISTS (SELECT 1 FROM app.orgs WHERE orgs.id = tenant_id)',
    ])
  })

  test('foreign keys, views, sequences and indexes refer to it', () => {
    const bills = relationOf(model, 'app.bills')
    expect(bills.constraints.find(({ kind }) => kind === 'foreign-key')?.references?.relation).toBe(
      'app.orgs',
    )
    expect(relationOf(model, 'app.open_invoices').view?.reads).toEqual(['app.bills'])
    expect(model.sequences.get('app.invoices_id_seq')?.ownedBy?.relation).toBe('app.bills')
    expect(
      reasonsOf(modelOf(`${schema} alter table invoices rename to bills; drop index by_tenant;`)),
    ).toEqual([])
  })

  test('a table created later under the old name has no policies and knows what it replaces', () => {
    const later = modelOf(`${schema} alter table invoices rename to bills; create table invoices (id int);`)
    expect(relationOf(later, 'app.invoices').policies).toEqual([])
    expect(relationOf(later, 'app.invoices').origin?.replaces).toBe('app.bills')
  })

  test('a table renamed into the place of another knows what it replaces', () => {
    const swapped = modelOf(`${schema}
      create table invoices_new (id int);
      alter table invoices rename to invoices_old;
      alter table invoices_new rename to invoices;`)
    expect(relationOf(swapped, 'app.invoices').origin?.replaces).toBe('app.invoices_old')
  })

  test('renamed back it replaces nothing', () => {
    const back = modelOf(
      `${schema} alter table invoices rename to bills; alter table bills rename to invoices;`,
    )
    expect(relationOf(back, 'app.invoices').origin?.replaces).toBeNull()
  })

  test('to a name that is taken is unmodelled and changes nothing', () => {
    const taken = modelOf(`${schema} alter table invoices rename to tenants;`)
    expect(taken.relations.has('app.invoices')).toBe(true)
    expect(reasonsOf(taken)).toEqual(['app.tenants exists already'])
  })

  test('of an unknown one is unmodelled, with IF EXISTS it has no effect', () => {
    expect(reasonsOf(modelOf('alter table nowhere rename to somewhere;'))).toHaveLength(1)
    expect(reasonsOf(modelOf('alter table if exists nowhere rename to somewhere;'))).toEqual([])
  })

  test('rolled back leaves the old names', () => {
    const undone = modelOf(`${schema} begin; alter table tenants rename to orgs; rollback;`)
    expect(usings(undone, 'app.invoices')[1]).toContain('app.tenants')
  })

  test('the history shows each file the names of its end', () => {
    const history = historyOf([
      ['1.sql', schema],
      ['2.sql', 'alter table tenants rename to orgs;'],
    ])
    const seen: (boolean | undefined)[] = []
    for (const { file, model: then } of history.steps()) {
      if (file?.endsWith('.sql')) seen.push(usings(then, 'app.invoices')[1]?.includes('orgs'))
    }
    expect(seen).toEqual([false, true])
  })
})

describe('RENAME of a column', () => {
  const model = modelOf(`${schema}
    alter table invoices rename column tenant_id to org_id;
    alter table tenants rename column id to ident;`)

  test('policies, constraints, indexes and foreign keys follow', () => {
    expect(usings(model, 'app.invoices')).toEqual([
      'invoices.org_id = app.tenant(mood)',
      'EXISTS (SELECT 1 FROM app.tenants WHERE tenants.ident = org_id)',
    ])
    const { constraints, indexes } = relationOf(model, 'app.invoices')
    expect(constraints.find(({ kind }) => kind === 'foreign-key')).toMatchObject({
      columns: ['org_id'],
      references: { columns: ['ident'] },
    })
    expect(indexes.find(({ name }) => name === 'by_tenant')?.keys).toEqual(['org_id'])
  })

  test('a view keeps the name of its own column', () => {
    expect(queryOf(model)).toBe(
      'SELECT id, org_id AS tenant_id FROM app.invoices AS i WHERE i.org_id IS NOT NULL ORDER BY tenant_id',
    )
  })

  test('of a view gives the column of its query another name', () => {
    const renamed = modelOf(`${schema} alter view open_invoices rename column tenant_id to owner_id;`)
    expect(relationOf(renamed, 'app.open_invoices').columns.map(({ name }) => name)).toEqual([
      'id',
      'owner_id',
    ])
    expect(queryOf(renamed)).toContain('tenant_id AS owner_id')
  })

  test('reaches partitions and inheritors', () => {
    const tree = modelOf(`
      create table events (id int, org int) partition by list (org);
      create table events_1 partition of events for values in (1);
      alter table events rename column org to tenant;`)
    expect(relationOf(tree, 'public.events_1').columns.map(({ name }) => name)).toEqual(['id', 'tenant'])
    expect(relationOf(tree, 'public.events').partitionBy?.keys).toEqual(['tenant'])
  })

  test('a column of the same name in another table of the query stays', () => {
    const two = modelOf(`
      create table a (id int, org int); create table b (id int, org int);
      create policy p on a using (org in (select org from b where b.id = a.org));
      alter table a rename column org to tenant;`)
    expect(usings(two, 'public.a')).toEqual(['tenant IN (SELECT org FROM public.b WHERE b.id = a.tenant)'])
  })

  test('to a name that the table has is unmodelled', () => {
    const taken = modelOf(`${schema} alter table invoices rename tenant_id to id;`)
    expect(reasonsOf(taken)).toEqual(['app.invoices has a column id'])
  })
})

describe('RENAME of a schema, function or type', () => {
  const model = modelOf(`${schema}
    alter type mood rename to temper;
    alter function tenant(temper) rename to org;
    alter function touch() set schema public;
    alter schema app rename to core;`)

  test('everything in the schema moves along', () => {
    expect([...model.relations.keys()].sort()).toEqual([
      'core.invoices',
      'core.open_invoices',
      'core.tenants',
    ])
    expect([...model.sequences.keys()]).toEqual(['core.invoices_id_seq'])
    expect(model.namespaces.has('app')).toBe(false)
  })

  test('ids of functions follow their argument types', () => {
    expect([...model.routines.keys()].sort()).toEqual(['core.org(core.temper)', 'public.touch()'])
  })

  test('policies, defaults, triggers and columns follow', () => {
    const invoices = relationOf(model, 'core.invoices')
    expect(usings(model, 'core.invoices')).toEqual([
      'invoices.tenant_id = core.org(mood)',
      'EXISTS (SELECT 1 FROM core.tenants WHERE tenants.id = tenant_id)',
    ])
    expect(invoices.columns.map(({ type }) => type)).toEqual(['integer', 'uuid', 'core.temper'])
    expect(invoices.columns.map((column) => column.default && printExpression(column.default))).toEqual([
      "nextval('core.invoices_id_seq'::regclass)",
      null,
      "'calm'::core.temper",
    ])
    expect(invoices.triggers.map(({ routine }) => routine)).toEqual(['public.touch()'])
  })
})

test('SET SCHEMA takes a table with its indexes and its sequences', () => {
  const model = modelOf(`${schema} alter table invoices set schema public; drop index public.by_tenant;`)
  expect(relationOf(model, 'public.invoices').policies).toHaveLength(2)
  expect([...model.sequences.keys()]).toEqual(['public.invoices_id_seq'])
  expect(queryOf(model)).toContain('FROM public.invoices AS i')
  expect(reasonsOf(model)).toEqual([])
})

test('RENAME of a role reaches policies, owners, grants and memberships', () => {
  const model = modelOf(`${schema}
    create role app_role; create role staff; grant app_role to staff;
    alter table invoices owner to app_role; grant select on invoices to staff;
    alter default privileges for role app_role grant select on tables to staff;
    alter role app_role rename to service; alter role staff rename to people;`)
  const invoices = relationOf(model, 'app.invoices')
  expect(invoices.policies.map(({ roles }) => roles)).toEqual([['service'], ['public']])
  expect([invoices.owner, invoices.grants.map(({ grantee }) => grantee)]).toEqual(['service', ['people']])
  expect([...model.roleMemberships.values()]).toMatchObject([{ role: 'service', member: 'people' }])
  expect([...model.defaultPrivileges.values()]).toMatchObject([{ forRole: 'service', grantee: 'people' }])
})

describe('RENAME of a part', () => {
  const model = modelOf(`${schema}
    alter policy own on invoices rename to mine;
    alter table invoices rename constraint positive to above_zero;
    alter table invoices rename constraint invoices_pkey to bills_pkey;
    alter index by_tenant rename to by_org;
    alter trigger touch on invoices rename to touched;`)
  const invoices = relationOf(model, 'app.invoices')

  test('a policy, a trigger and an index have the new name', () => {
    expect(invoices.policies.map(({ name }) => name)).toEqual(['mine', 'theirs'])
    expect(invoices.triggers.map(({ name }) => name)).toEqual(['touched'])
    expect(invoices.indexes.map(({ name }) => name)).toEqual(['bills_pkey', 'by_org'])
  })

  test('a key takes its index along', () => {
    const key = invoices.constraints.find(({ kind }) => kind === 'primary-key')
    expect([key?.name, key?.index]).toEqual(['bills_pkey', 'bills_pkey'])
    expect(invoices.constraints.map(({ name }) => name)).toContain('above_zero')
  })

  test('a policy to a name that the table has is unmodelled', () => {
    const taken = modelOf(`${schema} alter policy own on invoices rename to theirs;`)
    expect(reasonsOf(taken)).toEqual(['policy theirs exists on app.invoices already'])
  })
})
