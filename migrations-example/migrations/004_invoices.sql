create table public.invoices (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  customer_id uuid not null,
  number text not null,
  issued_on date not null,
  paid_at timestamptz,
  primary key (organization_id, id),
  unique (organization_id, number),
  foreign key (organization_id, customer_id) references public.customers (organization_id, id)
);

create index invoices_by_customer on public.invoices (organization_id, customer_id);

alter table public.invoices enable row level security;
alter table public.invoices force row level security;

create policy organization_isolation on public.invoices
  for all to app_user
  using (organization_id = (select app.current_organization_id()))
  with check (organization_id = (select app.current_organization_id()));

grant select, insert, update, delete on public.invoices to app_user;
