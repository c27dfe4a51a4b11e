import { describe, expect, test } from 'vitest'
import type { Policy, SchemaModel } from '../../src/model/schema-model.ts'
import { printExpression } from '../../src/sql/expression.ts'
import { modelOf, reasonsOf, relationOf } from './fixture.ts'

const invoices = `
  create table public.invoices (id int primary key, tenant_id uuid, paid boolean);
`

function policyOf(model: SchemaModel, name: string, relation = 'public.invoices'): Policy {
  const policy = relationOf(model, relation).policies.find((candidate) => candidate.name === name)
  if (policy === undefined) throw new Error(`no policy ${name}`)
  return policy
}

const text = (expression: Policy['using']) => expression && printExpression(expression)

describe('CREATE POLICY', () => {
  test('without FOR, AS and TO speaks on all commands, permits, and means PUBLIC', () => {
    const policy = policyOf(modelOf(`${invoices} create policy p on invoices using (true);`), 'p')
    expect(policy).toMatchObject({ command: 'all', permissive: true, roles: ['public'], withCheck: null })
    expect(text(policy.using)).toBe('true')
  })

  test('keeps what is written', () => {
    const policy = policyOf(
      modelOf(`${invoices}
        create policy p on invoices as restrictive for update to app, worker using (paid) with check (not paid);`),
      'p',
    )
    expect(policy).toMatchObject({ command: 'update', permissive: false, roles: ['app', 'worker'] })
    expect([text(policy.using), text(policy.withCheck)]).toEqual(['paid', 'NOT paid'])
  })

  test('roles beside PUBLIC are ignored', () => {
    const model = modelOf(`${invoices} create policy p on invoices to app, public using (true);`)
    expect(policyOf(model, 'p').roles).toEqual(['public'])
  })

  test('a clause that the command does not admit is kept as written', () => {
    const model = modelOf(`${invoices}
      create policy s on invoices for select with check (true);
      create policy i on invoices for insert using (true);`)
    expect(text(policyOf(model, 's').withCheck)).toBe('true')
    expect(text(policyOf(model, 'i').using)).toBe('true')
    expect(reasonsOf(model)).toEqual([])
  })

  test('of a name that the table has already is unmodelled and changes nothing', () => {
    const model = modelOf(`${invoices}
      create policy p on invoices using (paid);
      create policy p on invoices using (true);`)
    expect(text(policyOf(model, 'p').using)).toBe('paid')
    expect(reasonsOf(model)).toEqual(['policy p exists on public.invoices already'])
  })

  test('on an unknown relation is unmodelled and names it', () => {
    const model = modelOf('create policy p on billing.invoices using (true);')
    expect([...model.unmodelled.values()].map(({ affects }) => affects)).toEqual([['billing.invoices']])
  })

  test('on a view is unmodelled', () => {
    const model = modelOf('create view v as select 1 as one; create policy p on v using (true);')
    expect(reasonsOf(model)).toEqual(['a view takes no policies: public.v'])
  })
})

describe('ALTER POLICY', () => {
  test('changes what is written and keeps the rest', () => {
    const model = modelOf(`${invoices}
      create policy p on invoices for update to app using (paid) with check (paid);
      alter policy p on invoices using (true);
      alter policy p on invoices to worker;`)
    const policy = policyOf(model, 'p')
    expect([text(policy.using), text(policy.withCheck), policy.roles]).toEqual(['true', 'paid', ['worker']])
  })

  test('of an unknown policy is unmodelled', () => {
    const model = modelOf(`${invoices} alter policy p on invoices using (true);`)
    expect(reasonsOf(model)).toEqual(['public.invoices has no policy p'])
  })
})

describe('names in a policy are bound when it is made', () => {
  const schema = `
    create schema app;
    create table app.members (tenant_id uuid, user_id uuid);
    create function app.tenant() returns uuid language sql stable as 'select null::uuid';
    create type app.mood as enum ('calm');
    create table app.notes (tenant_id uuid, mood app.mood);
    set search_path = app;
  `
  const usingOf = (sql: string) =>
    text(policyOf(modelOf(`${schema} create policy p on notes using (${sql});`), 'p', 'app.notes').using)

  test('a table of a subquery', () => {
    expect(usingOf('tenant_id in (select tenant_id from members)')).toBe(
      'tenant_id IN (SELECT tenant_id FROM app.members)',
    )
  })

  test('a function that the history made, and not a built-in one', () => {
    expect(usingOf("tenant_id = tenant() and current_setting('a') = ''")).toBe(
      "tenant_id = app.tenant() AND current_setting('a') = ''",
    )
  })

  test.each([
    ['by a name of its own before the search path', 'app', ['tenant_id = uuidv7()']],
    ['after the search path that names pg_catalog last', 'app, pg_catalog', []],
  ])('a function named like one of PostgreSQL, which is searched %s', (_, path, left) => {
    const model = modelOf(`${schema}
      create function uuidv7() returns uuid language sql as 'select null::uuid';
      set search_path = ${path};
      create policy p on notes using (tenant_id = uuidv7());
      drop function app.uuidv7() cascade;`)
    const policies = model.relations.get('app.notes')?.policies ?? []
    expect(policies.map(({ using }) => text(using))).toEqual(left)
  })

  test('an overload of a function of PostgreSQL that takes a type of its own', () => {
    const model = modelOf(`${schema}
      create function abs(mood) returns boolean language sql as 'select true';
      create policy p on notes using (abs(mood));`)
    expect(text(policyOf(model, 'p', 'app.notes').using)).toBe('app.abs(mood)')
  })

  test('a type', () => {
    expect(usingOf("mood = 'calm'::mood")).toBe("mood = 'calm'::app.mood")
  })

  test('a common table expression is no relation, a table of its name outside it is', () => {
    expect(
      usingOf(
        'exists (with members as (select * from members) select 1 from members where members.user_id is null)',
      ),
    ).toBe(
      'EXISTS (WITH members AS (SELECT * FROM app.members) SELECT 1 FROM members WHERE members.user_id IS NULL)',
    )
  })

  test('a table that another namespace of the search path has first', () => {
    const model = modelOf(`${schema}
      create schema other; create table other.members (user_id uuid);
      set search_path = other, app;
      create policy p on notes using (exists (select 1 from members));`)
    expect(text(policyOf(model, 'p', 'app.notes').using)).toBe('EXISTS (SELECT 1 FROM other.members)')
  })

  test('a name that nothing has stays as written', () => {
    expect(usingOf('exists (select 1 from strangers where lookup(tenant_id))')).toBe(
      'EXISTS (SELECT 1 FROM strangers WHERE lookup(tenant_id))',
    )
  })
})
