-- Unsafe, on purpose. Row security is on but not forced, so the table's owner reads every organization's exports, and
-- the policy says which rows may be read but not which may be written.
create table public.invoice_exports (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  requested_by uuid not null,
  file_url text not null,
  primary key (organization_id, id)
);

alter table public.invoice_exports enable row level security;

create policy organization_isolation on public.invoice_exports
  for all to app_user
  using (organization_id = (select app.current_organization_id()));

grant select, insert, update, delete on public.invoice_exports to app_user;
