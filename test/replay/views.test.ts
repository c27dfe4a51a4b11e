import { describe, expect, test } from 'vitest'
import type { SchemaModel, ViewDefinition } from '../../src/model/schema-model.ts'
import { printQuery } from '../../src/sql/expression.ts'
import { modelOf, reasonsOf, relationOf } from './fixture.ts'

const tables = `
  create table customers (id int primary key, tenant_id uuid);
  create table invoices (id int primary key, customer_id int references customers, total numeric);
  create function paid(id int) returns boolean language sql as 'select true';
`

function viewOf(model: SchemaModel, id = 'public.v'): ViewDefinition {
  const { view } = relationOf(model, id)
  if (view === null) throw new Error(`${id} is no view`)
  return view
}

const columnsOf = (model: SchemaModel, id = 'public.v') =>
  relationOf(model, id).columns.map(({ name }) => name)

describe('CREATE VIEW', () => {
  test('names what it reads and calls', () => {
    const model = modelOf(`${tables}
      create view v as
        with big as (select * from invoices where total > 10 and paid(id))
        select c.id from customers c join big on big.customer_id = c.id;`)
    expect(viewOf(model)).toMatchObject({
      reads: ['public.invoices', 'public.customers'],
      calls: ['public.paid(integer)'],
    })
  })

  test('has the columns that the star stood for when it was made', () => {
    const model = modelOf(`${tables}
      create view v as select * from customers join invoices on customer_id = customers.id;
      alter table customers add column name text;`)
    expect(columnsOf(model)).toEqual(['id', 'tenant_id', 'id', 'customer_id', 'total'])
  })

  test('USING merges the columns of both sides', () => {
    const model = modelOf(`${tables} create view v as select * from customers join invoices using (id);`)
    expect(columnsOf(model)).toEqual(['id', 'tenant_id', 'customer_id', 'total'])
  })

  test('has the names of its column list', () => {
    const model = modelOf(`${tables} create view v (a, b) as select id, tenant_id from customers;`)
    expect(columnsOf(model)).toEqual(['a', 'b'])
    expect(printQuery(viewOf(model).query)).toBe('SELECT id AS a, tenant_id AS b FROM public.customers')
  })

  test.each([
    ['security_invoker', true],
    ['security_invoker = on', true],
    ["security_invoker = 'yes'", true],
    ['security_invoker = 1', true],
    ['security_invoker = tr', true],
    ['security_invoker = off', false],
    ["security_invoker = 'F'", false],
    ['security_invoker = 0', false],
  ])('WITH (%s) sets security_invoker to %s', (option, expected) => {
    expect(viewOf(modelOf(`create view v with (${option}) as select 1 as a;`)).securityInvoker).toBe(expected)
  })

  test('an option that the server refuses makes it unmodelled', () => {
    const model = modelOf('create view v with (security_invoker = maybe) as select 1 as a;')
    expect(model.relations.has('public.v')).toBe(false)
    expect(reasonsOf(model)).toEqual(["security_invoker can't be maybe"])
  })

  test('WITH CHECK OPTION is cascaded', () => {
    const sql = `${tables} create view v as select id from customers with check option;`
    expect(viewOf(modelOf(sql)).checkOption).toBe('cascaded')
  })

  test('over a temporary table is temporary itself', () => {
    const model = modelOf('create temp table t (id int); create view v as select id from t;')
    expect(relationOf(model, 'pg_temp.v').persistence).toBe('temporary')
  })

  test('a recursive view reads its tables and not itself', () => {
    const model = modelOf(`${tables}
      create recursive view v (n) as select id from customers union all select n + 1 from v where n < 9;`)
    expect(viewOf(model).reads).toEqual(['public.customers'])
    expect(columnsOf(model)).toEqual(['n'])
  })
})

describe('CREATE OR REPLACE VIEW', () => {
  test('keeps owner and grants and loses the options that are not written again', () => {
    const model = modelOf(`${tables}
      create role reporter;
      create role reader;
      create view v with (security_invoker, security_barrier) as select id from customers;
      alter view v owner to reporter;
      grant select on v to reader;
      create or replace view v with (security_barrier) as select id, tenant_id from customers;`)
    expect(relationOf(model, 'public.v')).toMatchObject({
      owner: 'reporter',
      grants: [{ grantee: 'reader', privilege: 'select' }],
      view: { securityInvoker: false, securityBarrier: true },
    })
    expect(columnsOf(model)).toEqual(['id', 'tenant_id'])
  })

  test('that would drop a column is unmodelled and changes nothing', () => {
    const model = modelOf(`${tables}
      create view v as select id, tenant_id from customers;
      create or replace view v as select id from customers;`)
    expect(columnsOf(model)).toEqual(['id', 'tenant_id'])
    expect(reasonsOf(model)).toEqual(["OR REPLACE can't drop or rename columns of public.v"])
  })

  test('of a table is unmodelled', () => {
    const model = modelOf(`${tables} create or replace view customers as select 1 as id;`)
    expect(relationOf(model, 'public.customers').kind).toBe('table')
    expect(reasonsOf(model)).toEqual(['public.customers is a table, not a view'])
  })
})

describe('ALTER VIEW', () => {
  test('SET and RESET change the options named', () => {
    const view = 'create view v with (security_barrier) as select 1 as a;'
    const set = `${view} alter view v set (security_invoker = true);`
    expect(viewOf(modelOf(set))).toMatchObject({ securityInvoker: true, securityBarrier: true })
    expect(viewOf(modelOf(`${set} alter view v reset (security_invoker);`))).toMatchObject({
      securityInvoker: false,
      securityBarrier: true,
    })
  })
})

test('a materialized view has its columns and what it reads', () => {
  const model = modelOf(
    `${tables} create materialized view v as select * from customers; refresh materialized view v;`,
  )
  expect(relationOf(model, 'public.v').kind).toBe('materialized-view')
  expect(columnsOf(model)).toEqual(['id', 'tenant_id'])
  expect(viewOf(model).reads).toEqual(['public.customers'])
})

test('an ON SELECT rule on a table is unmodelled', () => {
  const model = modelOf(
    `${tables} create rule "_RETURN" as on select to customers do instead select 1 as id;`,
  )
  expect(reasonsOf(model)).toHaveLength(1)
  expect(relationOf(model, 'public.customers').kind).toBe('table')
})
