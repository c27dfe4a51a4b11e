/** A protected partitioned table, for examples that add partitions to it. */
export const protectedEvents = `create table app.events (
  id uuid not null,
  tenant_id uuid not null references app.tenants (id),
  happened_at timestamptz not null
) partition by range (happened_at);
create index events_tenant_id on app.events (tenant_id);
alter table app.events enable row level security;
alter table app.events force row level security;
create policy tenant_isolation on app.events to app_user
  using (tenant_id = (select app.current_tenant_id()))
  with check (tenant_id = (select app.current_tenant_id()));
grant select, insert, update, delete on app.events to app_user;`
