import { expect, test } from 'vitest'
import { blueprintOf } from '../../../src/templates/blueprint.ts'
import { createGlobalTable } from '../../../src/templates/tables/global-table.ts'
import type { Access } from '../../../src/templates/tables/options.ts'
import { createTenantPartition } from '../../../src/templates/tables/partition.ts'
import { tenantForeignKey, writeForeignKey } from '../../../src/templates/tables/parts.ts'
import { protectTable } from '../../../src/templates/tables/protect-table.ts'
import { whileForceIsSuspended } from '../../../src/templates/tables/suspended-force.ts'
import { createChildTable, createTenantTable } from '../../../src/templates/tables/tenant-table.ts'

const blueprint = blueprintOf(
  {
    supportRole: 'support_desk',
    systemTasks: [{ name: 'nightly-billing', role: 'billing_task', reason: 'bills all tenants' }],
  },
  'app_user',
)
const invoices = { namespace: 'public', name: 'invoices' }
const order = { namespace: 'public', name: 'order' }

function isBlock(statement: string): boolean {
  return statement.startsWith('do $$')
}

test('a tenant table reads as a person would write it', () => {
  const { up, down } = createTenantTable(blueprint, {
    table: invoices,
    columns: [{ name: 'number', definition: 'integer not null' }],
    constraints: ['unique (tenant_id, number)'],
    roles: { delete: ['owner', 'admin'] },
  })
  expect(up.filter((statement) => !isBlock(statement)).join(';\n')).toMatchInlineSnapshot(`
    "create table public.invoices (
      tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid,
      id uuid not null default gen_random_uuid(),
      number integer not null,
      primary key (tenant_id, id),
      foreign key (tenant_id) references public.tenants (id) on delete restrict,
      unique (tenant_id, number)
    );
    alter table public.invoices enable row level security;
    alter table public.invoices force row level security;
    create policy tenant_select on public.invoices for select to app_user
      using (tenant_id = (select app.current_tenant_id()));
    create policy tenant_insert on public.invoices for insert to app_user
      with check (tenant_id = (select app.current_tenant_id()));
    create policy tenant_update on public.invoices for update to app_user
      using (tenant_id = (select app.current_tenant_id()))
      with check (tenant_id = (select app.current_tenant_id()));
    create policy tenant_delete on public.invoices for delete to app_user
      using (tenant_id = (select app.current_tenant_id(array['owner', 'admin'])));
    create policy tenant_barrier on public.invoices as restrictive to app_user
      using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
      with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
    grant select, insert, update, delete on public.invoices to app_user"
  `)
  expect(down).toEqual(['drop table public.invoices'])
})

test('a child table carries the key of the tenant along', () => {
  const [created, index] = createChildTable(blueprint, {
    table: order,
    parent: { table: invoices, column: 'invoice_id' },
    id: 'bigint',
    onDelete: 'restrict',
  }).up
  expect(created).toMatchInlineSnapshot(`
    "create table public."order" (
      tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid,
      id bigint not null generated always as identity,
      invoice_id uuid not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id) on delete restrict
    )"
  `)
  expect(index).toBe('create index on public."order" (tenant_id, invoice_id)')
})

test('a reference to another tenant table stays within the tenant', () => {
  const written = writeForeignKey(
    tenantForeignKey(blueprint, { table: order, column: 'order_id', onDelete: 'cascade' }),
  )
  expect(written).toBe(
    'foreign key (tenant_id, order_id) references public."order" (tenant_id, id) on delete cascade',
  )
})

test.each([
  [{ from: ['2026-01-01'], to: [null] }, "for values from ('2026-01-01') to (maxvalue)"],
  [{ from: [null, 1], to: ['x', 2] }, "for values from (minvalue, 1) to ('x', 2)"],
  [{ in: ["it's", null] }, "for values in ('it''s', null)"],
  [{ modulus: 4, remainder: 3 }, 'for values with (modulus 4, remainder 3)'],
  ['default', 'default'],
] as const)('the bound %j is written %s', (bound, written) => {
  const [created] = createTenantPartition(blueprint, { table: order, of: invoices, bound }).up
  expect(created).toBe(`create table public."order" partition of public.invoices\n  ${written}`)
})

test('a backfill is written between what suspends FORCE and what sets it again', () => {
  expect(whileForceIsSuspended([invoices, order], ['update public.invoices set number = 1'])).toEqual([
    'alter table public.invoices no force row level security',
    'alter table public."order" no force row level security',
    'update public.invoices set number = 1',
    'alter table public."order" force row level security',
    'alter table public.invoices force row level security',
  ])
})

test('the steps for a table in use say which of them need no transaction around them', () => {
  const { up } = protectTable(blueprint, { table: invoices, backfill: 'customer' })
  expect(up.map(({ purpose, transaction }) => `${transaction}: ${purpose}`)).toMatchInlineSnapshot(`
    [
      "own: Add the key, empty in all rows",
      "none: Fill the key, batch by batch",
      "own: Ask for the key in new rows",
      "own: Read all rows for one without the key, while others work",
      "own: Make the key NOT NULL, which the valid constraint proves",
      "none: Build the index that begins with the key, while others work",
      "own: Make the index a constraint, and ask new rows for what they belong to",
      "own: Let the owner see public.tenants",
      "own: Look up what each row belongs to, while others work",
      "own: Bind the owner of public.tenants again",
      "own: Protect the table",
    ]
  `)
  expect(up.at(-1)?.statements).toContain('alter table public.invoices force row level security')
})

const table = (name: string) => ({ namespace: 'public', name })

test.each([
  ['an empty name', table(''), 'a name is empty'],
  ['a NUL', table('a\0b'), 'holds a NUL character'],
  ['64 bytes', table('é'.repeat(32)), 'has 64 bytes, and PostgreSQL keeps 63 of a name'],
  ['a long namespace', { namespace: 'n'.repeat(64), name: 'a' }, 'has 64 bytes'],
])('a table with %s is refused', (_, name, message) => {
  expect(() => createTenantTable(blueprint, { table: name })).toThrow(message)
  expect(() => createGlobalTable(blueprint, { table: name, reason: 'shared' })).toThrow(message)
  expect(() => createTenantPartition(blueprint, { table: name, of: invoices, bound: 'default' })).toThrow(
    message,
  )
  expect(() => protectTable(blueprint, { table: name })).toThrow(message)
  expect(() =>
    createChildTable(blueprint, { table: invoices, parent: { table: name, column: 'x' } }),
  ).toThrow(message)
})

test('names that are too long once a prefix stands before them are refused', () => {
  const name = 'n'.repeat(60)
  const tasks = { ...blueprint, systemTasks: [{ name, role: 'r', reason: 'x' }] }
  expect(() => createTenantTable(tasks, { table: invoices, tasks: { [name]: ['select'] } })).toThrow(
    `the name task_${name} has 65 bytes`,
  )
  expect(() => protectTable(blueprint, { table: table(name) })).toThrow(
    `the name ${name}_tenant_id_key has 74 bytes`,
  )
  expect(() => protectTable(blueprint, { table: table(name), index: 'by_tenant' })).not.toThrow()
})

test.each<[string, Access, string]>([
  ['a role that members cannot have', { roles: { delete: ['onwer'] } }, 'members have no role onwer'],
  ['a task that is not declared', { tasks: { cleanup: ['delete'] } }, 'has no system task cleanup'],
])('%s is refused', (_, access, message) => {
  expect(() => createTenantTable(blueprint, { table: invoices, ...access })).toThrow(message)
})

test('support for a tenancy without a support role is refused', () => {
  const without = { ...blueprint, supportRole: null }
  expect(() => createTenantTable(without, { table: invoices, support: true })).toThrow('no support role')
})
