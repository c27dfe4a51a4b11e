/** Parts of examples: a table with the tenant key, and what protects it. */
export const invoices = `create table app.invoices (
  id uuid primary key,
  tenant_id uuid not null references app.tenants (id),
  total numeric not null
);
create index invoices_tenant_id on app.invoices (tenant_id);
grant select, insert, update, delete on app.invoices to app_user;`

export const enabled = 'alter table app.invoices enable row level security;'
export const forced = 'alter table app.invoices force row level security;'

export const tenantPolicy = `create policy tenant_isolation on app.invoices to app_user
  using (tenant_id = (select app.current_tenant_id()))
  with check (tenant_id = (select app.current_tenant_id()));`

export const protectedInvoices = [invoices, enabled, forced, tenantPolicy].join('\n')

/** Row security without a policy, for examples that bring their own. */
export const guardedInvoices = [invoices, enabled, forced].join('\n')
