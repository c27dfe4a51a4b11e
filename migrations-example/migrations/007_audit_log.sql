-- Written and read by the application, never changed: no policy for UPDATE or DELETE, and no grant either.
create table public.audit_log (
  id bigint generated always as identity,
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null,
  action text not null,
  happened_at timestamptz not null default now(),
  primary key (organization_id, id)
);

alter table public.audit_log enable row level security;
alter table public.audit_log force row level security;

create policy organization_reads on public.audit_log
  for select to app_user
  using (organization_id = (select app.current_organization_id()));

create policy organization_writes on public.audit_log
  for insert to app_user
  with check (organization_id = (select app.current_organization_id()));

grant select, insert on public.audit_log to app_user;
