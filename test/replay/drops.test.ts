import { describe, expect, test } from 'vitest'
import type { SchemaModel } from '../../src/model/schema-model.ts'
import { modelOf, reasonsOf, relationOf } from './fixture.ts'

const schema = `
  create schema app;
  set search_path = app;
  create type mood as enum ('calm');
  create function tenant() returns int language sql stable as 'select 1';
  create function touch() returns trigger language plpgsql as 'begin return new; end';
  create table customers (id serial primary key, tenant_id int, mood mood, code text unique);
  create table invoices (
    id int generated always as identity primary key,
    tenant_id int,
    customer_id int references customers,
    doubled int generated always as (tenant_id * 2) stored,
    check (tenant_id > 0 and id > 0)
  );
  create index by_tenant on invoices (tenant_id, id);
  create policy own on invoices using (tenant_id = tenant());
  create policy theirs on invoices using (exists (select 1 from customers c where c.id = customer_id));
  create view open_invoices as select id, tenant_id from invoices;
  create trigger touch before update on customers for each row execute function touch();
`

const refused = 'DROP without CASCADE is refused: '

const policiesOf = (model: SchemaModel, id = 'app.invoices') =>
  relationOf(model, id).policies.map(({ name }) => name)
const constraintsOf = (model: SchemaModel, id = 'app.invoices') =>
  relationOf(model, id).constraints.map(({ name }) => name)
const columnsOf = (model: SchemaModel, id = 'app.invoices') =>
  relationOf(model, id).columns.map(({ name }) => name)

describe('DROP TABLE', () => {
  test('that something reads is refused, and changes nothing', () => {
    const model = modelOf(`${schema} drop table customers;`)
    expect(model.relations.has('app.customers')).toBe(true)
    expect(reasonsOf(model)).toEqual([
      `${refused}constraint invoices_customer_id_fkey of app.invoices depends on relation app.customers`,
    ])
    expect([...model.unmodelled.values()][0]?.affects).toEqual(['app.customers', 'app.invoices'])
  })

  test('CASCADE takes foreign keys, policies of other tables that read it, and its sequences', () => {
    const model = modelOf(`${schema} drop table customers cascade;`)
    expect(model.relations.has('app.customers')).toBe(false)
    expect(model.sequences.has('app.customers_id_seq')).toBe(false)
    expect(constraintsOf(model)).toEqual(['invoices_check', 'invoices_pkey'])
    expect(policiesOf(model)).toEqual(['own'])
    expect(reasonsOf(model)).toEqual([])
  })

  test('CASCADE takes the views that read it', () => {
    const model = modelOf(`${schema} drop table invoices cascade;`)
    expect([...model.relations.keys()]).toEqual(['app.customers'])
  })

  test('of something unknown beside a table that is known names both', () => {
    const model = modelOf('create table a (id int); drop table a, b;')
    expect([...model.unmodelled.values()].map(({ affects }) => affects)).toEqual([['public.a', 'public.b']])
  })

  test('of several that only need each other is not refused', () => {
    const model = modelOf(`${schema} drop view open_invoices; drop table customers, invoices;`)
    expect([model.relations.size, reasonsOf(model)]).toEqual([0, []])
  })

  test('of a partitioned table takes its partitions without CASCADE', () => {
    const model = modelOf(`
      create table events (id int) partition by range (id);
      create table events_1 partition of events for values from (1) to (2);
      drop table events;`)
    expect([model.relations.size, reasonsOf(model)]).toEqual([0, []])
  })

  test('of a partition whose parent a foreign key refers to needs CASCADE', () => {
    const tables = `
      create table events (id int primary key) partition by range (id);
      create table events_1 partition of events for values from (1) to (2);
      create table notes (event int references events);`
    expect(modelOf(`${tables} drop table events_1;`).relations.has('public.events_1')).toBe(true)
    expect(modelOf(`${tables} drop table events_1 cascade;`).relations.has('public.events_1')).toBe(false)
  })

  test('of a parent by INHERITS needs CASCADE', () => {
    const tables = 'create table base (id int); create table child () inherits (base);'
    expect(modelOf(`${tables} drop table base;`).relations.size).toBe(2)
    expect(modelOf(`${tables} drop table base cascade;`).relations.size).toBe(0)
  })

  test('takes it out of publications', () => {
    const model = modelOf(`create table t (id int); create table u (id int);
      create publication p for table t, u; drop table t;`)
    expect(model.publications.get('p')?.relations).toEqual(['public.u'])
  })

  test('of a view is refused even with IF EXISTS', () => {
    const model = modelOf(`${schema} drop table if exists open_invoices;`)
    expect(model.relations.has('app.open_invoices')).toBe(true)
    expect(reasonsOf(model)).toEqual(['the server refuses to drop app.open_invoices so: it is a view'])
  })

  test('of an unknown one is unmodelled, with IF EXISTS it has no effect', () => {
    expect(reasonsOf(modelOf('drop table nowhere;'))).toEqual(['no statement created public.nowhere'])
    expect(reasonsOf(modelOf('drop table if exists nowhere, nosuch.t;'))).toEqual([])
  })

  test('rolled back leaves everything in place', () => {
    const model = modelOf(`${schema} begin; drop table customers cascade; rollback;`)
    expect(policiesOf(model)).toEqual(['own', 'theirs'])
    expect(model.relations.has('app.customers')).toBe(true)
  })
})

describe('DROP COLUMN', () => {
  test('that a policy of its table names is refused', () => {
    const model = modelOf(`${schema} drop view open_invoices; alter table invoices drop column customer_id;`)
    expect(columnsOf(model)).toContain('customer_id')
    expect(reasonsOf(model)).toEqual([
      `${refused}policy theirs of app.invoices depends on column customer_id of app.invoices`,
    ])
  })

  test('CASCADE takes policies, generated columns, views, constraints and indexes that name it', () => {
    const model = modelOf(`${schema} alter table invoices drop column tenant_id cascade;`)
    expect(columnsOf(model)).toEqual(['id', 'customer_id'])
    expect(policiesOf(model)).toEqual(['theirs'])
    expect(relationOf(model, 'app.invoices').indexes.map(({ name }) => name)).toEqual(['invoices_pkey'])
    expect(constraintsOf(model).filter((name) => name.includes('check'))).toEqual([])
    expect(model.relations.has('app.open_invoices')).toBe(false)
    expect(reasonsOf(model)).toEqual([])
  })

  test('with an index and constraints of its own alone needs no CASCADE', () => {
    const model = modelOf(`${schema} alter table customers drop column code;`)
    expect(constraintsOf(model, 'app.customers')).toEqual(['customers_pkey'])
    expect(reasonsOf(model)).toEqual([])
  })

  test('that no view or policy names goes from under a view', () => {
    const model = modelOf(`${schema} alter table invoices drop column doubled;`)
    expect(model.relations.has('app.open_invoices')).toBe(true)
    expect(reasonsOf(model)).toEqual([])
  })

  test('that its table is partitioned by is refused even with CASCADE', () => {
    const model = modelOf(
      'create table t (id int, org int) partition by list (org); alter table t drop org cascade;',
    )
    expect(columnsOf(model, 'public.t')).toEqual(['id', 'org'])
    expect(reasonsOf(model)).toEqual(['the server refuses to drop org: public.t is partitioned by it'])
  })

  test('that a policy of another table names needs CASCADE', () => {
    const model = modelOf(`${schema}
      alter table invoices drop constraint invoices_customer_id_fkey;
      alter table customers drop column id cascade;`)
    expect(policiesOf(model)).toEqual(['own'])
  })
})

describe('DROP FUNCTION', () => {
  test('that a policy calls is refused', () => {
    const model = modelOf(`${schema} drop function tenant();`)
    expect(model.routines.has('app.tenant()')).toBe(true)
    expect(reasonsOf(model)).toEqual([
      `${refused}policy own of app.invoices depends on function app.tenant()`,
    ])
  })

  test('CASCADE takes the policies and triggers that call it', () => {
    const model = modelOf(`${schema} drop function tenant cascade; drop function touch() cascade;`)
    expect(policiesOf(model)).toEqual(['theirs'])
    expect(relationOf(model, 'app.customers').triggers).toEqual([])
  })

  test('that only the text of another function names is not refused', () => {
    const model = modelOf(`
      create function a() returns int language sql as 'select 1';
      create function b() returns int language sql as 'select a()';
      drop function a();`)
    expect([...model.routines.keys()]).toEqual(['public.b()'])
    expect(reasonsOf(model)).toEqual([])
  })

  test('that a body in standard SQL calls is refused', () => {
    const model = modelOf(`
      create function a() returns int language sql return 1;
      create function b() returns int language sql return a();
      drop function a();`)
    expect([...model.routines.keys()]).toEqual(['public.a()', 'public.b()'])
  })

  test('of one overload leaves policies that call the other', () => {
    const model = modelOf(`
      create table t (id int);
      create function f() returns boolean language sql as 'select true';
      create function f(a int) returns boolean language sql as 'select true';
      create policy p on t using (f(id));
      drop function f();`)
    expect(policiesOf(model, 'public.t')).toEqual(['p'])
    expect([[...model.routines.keys()], reasonsOf(model)]).toEqual([['public.f(integer)'], []])
  })

  test('CASCADE of one overload tells policies apart by the types of columns', () => {
    const model = modelOf(`
      create table t (id int, code text);
      create function f(a text) returns boolean language sql as 'select true';
      create function f(a int) returns boolean language sql as 'select true';
      create policy by_id on t using (f(id));
      create policy by_code on t using (f(code));
      drop function f(int) cascade;`)
    expect(policiesOf(model, 'public.t')).toEqual(['by_code'])
  })

  test('by name alone where there are overloads is refused', () => {
    const model = modelOf(`
      create function f() returns int language sql as 'select 1';
      create function f(a int) returns int language sql as 'select 1';
      drop function f;`)
    expect(model.routines.size).toBe(2)
    expect(reasonsOf(model)).toHaveLength(1)
  })
})

describe('DROP of other kinds', () => {
  test('TYPE CASCADE takes the columns that have it', () => {
    const model = modelOf(`${schema} drop type mood cascade;`)
    expect(columnsOf(model, 'app.customers')).toEqual(['id', 'tenant_id', 'code'])
  })

  test('SEQUENCE CASCADE takes the defaults that draw from it', () => {
    const model = modelOf(`${schema} drop sequence customers_id_seq cascade;`)
    const [id] = relationOf(model, 'app.customers').columns
    expect([id?.name, id?.default]).toEqual(['id', null])
  })

  test('SCHEMA with something in it needs CASCADE, which reaches policies elsewhere', () => {
    const elsewhere = `${schema} create table public.notes (id int);
      create policy p on public.notes using (id = app.tenant());`
    expect(modelOf(`${elsewhere} drop schema app;`).namespaces.has('app')).toBe(true)
    const model = modelOf(`${elsewhere} drop schema app cascade;`)
    expect([...model.relations.keys()]).toEqual(['public.notes'])
    expect(policiesOf(model, 'public.notes')).toEqual([])
    expect([model.routines.size, model.types.size, model.sequences.size]).toEqual([0, 0, 0])
  })

  test('INDEX behind a constraint is refused, another goes', () => {
    const model = modelOf(`${schema} drop index customers_pkey; drop index by_tenant;`)
    expect(relationOf(model, 'app.customers').indexes.map(({ name }) => name)).toContain('customers_pkey')
    expect(relationOf(model, 'app.invoices').indexes.map(({ name }) => name)).toEqual(['invoices_pkey'])
    expect(reasonsOf(model)).toEqual([
      'the server refuses to drop index customers_pkey: a constraint of app.customers needs it',
    ])
  })

  test('a key that a foreign key refers to needs CASCADE, which takes the foreign key', () => {
    const model = modelOf(`${schema} alter table customers drop constraint customers_pkey cascade;`)
    expect(constraintsOf(model)).not.toContain('invoices_customer_id_fkey')
    expect(
      reasonsOf(modelOf(`${schema} alter table customers drop constraint customers_pkey;`)),
    ).toHaveLength(1)
  })

  test('POLICY', () => {
    expect(policiesOf(modelOf(`${schema} drop policy own on invoices;`))).toEqual(['theirs'])
    expect(reasonsOf(modelOf(`${schema} drop policy if exists nope on invoices;`))).toEqual([])
    expect(reasonsOf(modelOf(`${schema} drop policy nope on invoices;`))).toEqual([
      'no statement created policy nope of app.invoices',
    ])
  })

  test('EXTENSION CASCADE is unmodelled, since nobody knows what was its own', () => {
    const model = modelOf('create extension citext; drop extension citext cascade;')
    expect([model.extensions.size, reasonsOf(model).length]).toEqual([0, 1])
    expect(reasonsOf(modelOf('drop extension if exists citext cascade;'))).toEqual([])
  })
})
