create table public.customers (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  name text not null,
  email text,
  created_at timestamptz not null default now(),
  primary key (organization_id, id)
);

alter table public.customers enable row level security;
alter table public.customers force row level security;

create policy organization_isolation on public.customers
  for all to app_user
  using (organization_id = (select app.current_organization_id()))
  with check (organization_id = (select app.current_organization_id()));

grant select, insert, update, delete on public.customers to app_user;
