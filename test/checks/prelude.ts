import { sql } from '../../src/sql/template.ts'
import type { TenancyInput } from '../../src/tenancy/declaration.ts'

/** On a server: the role that runs the migrations, and so owns what they create. */
export const owner = 'app_owner'

/** The role that the application connects as. */
export const appRole = 'app_user'

/** What stands before every example: the tables and functions that say who a tenant is, protected themselves. */
export const prelude = sql`
  create role app_user login;
  create role app_definer nologin;

  create schema app;
  grant usage on schema app to app_user, app_definer;

  create table app.tenants (
    id uuid primary key,
    name text not null
  );
  create table app.users (
    id uuid primary key,
    email text not null unique
  );
  create table app.memberships (
    tenant_id uuid not null references app.tenants (id),
    user_id uuid not null references app.users (id),
    role text not null default 'member',
    primary key (tenant_id, user_id)
  );
  create index memberships_user_id on app.memberships (user_id, tenant_id);

  create function app.current_user_id() returns uuid
    language sql stable parallel safe set search_path = pg_catalog, pg_temp
    as $$ select nullif(current_setting('app.user_id', true), '')::uuid $$;

  create function app.current_tenant_id() returns uuid
    language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp
    as $$
    begin
      return (
        select m.tenant_id from app.memberships m
        where m.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
          and m.user_id = app.current_user_id()
      );
    end $$;
  alter function app.current_tenant_id() owner to app_definer;
  revoke all on function app.current_tenant_id() from public;
  grant execute on function app.current_tenant_id() to app_user;

  alter table app.tenants enable row level security;
  alter table app.tenants force row level security;
  create policy own_tenant on app.tenants for select to app_user
    using (id = (select app.current_tenant_id()));

  alter table app.users enable row level security;
  alter table app.users force row level security;
  create policy own_user on app.users for select to app_user
    using (id = (select app.current_user_id()));

  alter table app.memberships enable row level security;
  alter table app.memberships force row level security;
  create policy own_memberships on app.memberships for select to app_user
    using (user_id = (select app.current_user_id()));
  create policy definer_reads on app.memberships for select to app_definer
    using (true);

  grant select on app.tenants, app.users, app.memberships to app_user;
  grant select on app.memberships to app_definer;
`

/** The tenancy that the prelude sets up. */
export const preludeTenancy: TenancyInput = {
  tenantKey: 'tenant_id',
  tenants: 'app.tenants',
  memberships: { relation: 'app.memberships', tenantKey: 'tenant_id', userKey: 'user_id', role: 'role' },
  context: {
    tenantSetting: 'app.tenant_id',
    userSetting: 'app.user_id',
    functions: ['app.current_tenant_id', 'app.current_user_id'],
  },
  appRoles: [appRole],
}
