create table public.invoice_lines (
  id uuid not null default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  invoice_id uuid not null,
  description text not null,
  quantity numeric(12, 3) not null default 1,
  unit_price numeric(12, 2) not null,
  primary key (organization_id, id),
  foreign key (organization_id, invoice_id) references public.invoices (organization_id, id) on delete cascade
);

create index invoice_lines_by_invoice on public.invoice_lines (organization_id, invoice_id);

alter table public.invoice_lines enable row level security;
alter table public.invoice_lines force row level security;

create policy organization_isolation on public.invoice_lines
  for all to app_user
  using (organization_id = (select app.current_organization_id()))
  with check (organization_id = (select app.current_organization_id()));

grant select, insert, update, delete on public.invoice_lines to app_user;
