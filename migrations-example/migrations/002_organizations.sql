create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now()
);

create table public.memberships (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null,
  role text not null check (role in ('owner', 'member')),
  primary key (organization_id, user_id)
);

create index memberships_by_user on public.memberships (user_id, organization_id);

alter table public.organizations enable row level security;
alter table public.organizations force row level security;
alter table public.memberships enable row level security;
alter table public.memberships force row level security;

-- The organization that the transaction runs for, if its user is a member of it. Whoever sets the setting without being
-- a member gets null, and null matches no row. The search path names pg_temp last: where it is left out, temporary types
-- of the caller come first, and their constraints would run with the rights of the owner.
create function app.current_organization_id() returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  organization uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
  member uuid := nullif(current_setting('app.user_id', true), '')::uuid;
begin
  if exists (
    select from public.memberships
    where memberships.organization_id = organization and memberships.user_id = member
  ) then
    return organization;
  end if;
  return null;
end
$$;

alter function app.current_organization_id() owner to membership_reader;
revoke all on function app.current_organization_id() from public;
grant execute on function app.current_organization_id() to app_user;
grant select on public.memberships to membership_reader;

-- The function sees the memberships of the current user and no others.
create policy memberships_of_the_user on public.memberships
  for select to membership_reader
  using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));

create policy organization_isolation on public.memberships
  for select to app_user
  using (organization_id = (select app.current_organization_id()));

create policy organization_isolation on public.organizations
  for select to app_user
  using (id = (select app.current_organization_id()));

grant select on public.organizations, public.memberships to app_user;
