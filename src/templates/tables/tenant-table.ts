import type { Blueprint } from '../blueprint.ts'
import { qualified } from '../names.ts'
import { createTable, dropTable } from './create-table.ts'
import type { ChildTable, Definition, Reversible, TenantTable } from './options.ts'
import { childTableParts, foreignKeyColumns, tenantTableParts, writeNames } from './parts.ts'
import { protection } from './protection.ts'

/**
 * A whole tenant table.
 *
 *     createTenantTable(blueprint, {
 *       table: { namespace: 'public', name: 'invoices' },
 *       columns: [{ name: 'number', definition: 'integer not null' }],
 *       constraints: ['unique (tenant_id, number)'],
 *       roles: { delete: ['owner', 'admin'] },
 *     })
 *
 *     create table public.invoices (
 *       tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid,
 *       id uuid not null default gen_random_uuid(),
 *       number integer not null,
 *       primary key (tenant_id, id),
 *       foreign key (tenant_id) references public.tenants (id) on delete restrict,
 *       unique (tenant_id, number)
 *     )
 *
 * and what `protectTenantTable` says.
 */
export function createTenantTable(blueprint: Blueprint, options: TenantTable & Definition): Reversible {
  const { up } = protectTenantTable(blueprint, options)
  const created = createTable(options.table, tenantTableParts(blueprint, options), options)
  return { up: [created, ...up], down: [dropTable(options.table)] }
}

/**
 * What follows `create table` with `tenantTableParts`, in the same transaction.
 *
 *     do $$ ... $$                                                        (nobody but the owner has a privilege)
 *     alter table public.invoices enable row level security
 *     alter table public.invoices force row level security
 *     create policy tenant_select on public.invoices for select to app_user
 *       using (tenant_id = (select app.current_tenant_id()))
 *     ...                                                                 (insert, update, delete, the barrier)
 *     grant select, insert, update, delete on public.invoices to app_user
 */
export function protectTenantTable(blueprint: Blueprint, options: TenantTable): Reversible {
  return protection(blueprint, options.table, options)
}

/**
 * A whole child table: `createTenantTable`, scoped through its parent.
 *
 *     createChildTable(blueprint, {
 *       table: { namespace: 'public', name: 'invoice_lines' },
 *       parent: { table: { namespace: 'public', name: 'invoices' }, column: 'invoice_id' },
 *       columns: [{ name: 'amount', definition: 'numeric not null' }],
 *     })
 *
 *     create table public.invoice_lines (
 *       tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid,
 *       id uuid not null default gen_random_uuid(),
 *       invoice_id uuid not null,
 *       amount numeric not null,
 *       primary key (tenant_id, id),
 *       foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id) on delete cascade
 *     )
 *     create index on public.invoice_lines (tenant_id, invoice_id)
 */
export function createChildTable(blueprint: Blueprint, options: ChildTable & Definition): Reversible {
  const { up } = protectChildTable(blueprint, options)
  const created = createTable(options.table, childTableParts(blueprint, options), options)
  return { up: [created, ...up], down: [dropTable(options.table)] }
}

/**
 * What follows `create table` with `childTableParts`, in the same transaction: the index behind the reference, which stays on the way back,
 * and the protection.
 */
export function protectChildTable(blueprint: Blueprint, options: ChildTable): Reversible {
  const { up, down } = protection(blueprint, options.table, options)
  const columns = writeNames(foreignKeyColumns(blueprint, options.parent))
  return { up: [`create index on ${qualified(options.table)} (${columns})`, ...up], down }
}
