create table public.tickets (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  customer_id uuid not null,
  subject text not null,
  body text not null default '',
  closed_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references public.customers (organization_id, id)
);

alter table public.tickets enable row level security;
alter table public.tickets force row level security;

create policy organization_reads on public.tickets
  for select to app_user
  using (organization_id = (select app.current_organization_id()));

create policy organization_opens on public.tickets
  for insert to app_user
  with check (organization_id = (select app.current_organization_id()));

create policy organization_edits on public.tickets
  for update to app_user
  using (organization_id = (select app.current_organization_id()))
  with check (organization_id = (select app.current_organization_id()));

create policy organization_deletes on public.tickets
  for delete to app_user
  using (organization_id = (select app.current_organization_id()));

grant select, insert, update, delete on public.tickets to app_user;
