import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { Database, Engine } from '../../src/engine/engine.ts'
import { sql } from '../../src/sql/template.ts'

export const tenantA = 'aaaaaaaa-0000-4000-8000-000000000001'
export const tenantB = 'bbbbbbbb-0000-4000-8000-000000000002'
export const userA = '0000000a-0000-4000-8000-00000000000a'
export const userB = '0000000b-0000-4000-8000-00000000000b'

export const declaration = {
  systemTasks: [{ name: 'nightly-billing', role: 'billing_task', reason: 'bills every tenant' }],
  supportRole: 'support',
} as const

export const asA = { tenantId: tenantA, userId: userA } as const
export const asB = { tenantId: tenantB, userId: userB } as const
export const billing = { task: 'nightly-billing', reason: 'monthly run' } as const

/** A database with two tenants of one member each, who have two invoices each, and a login role `app_login`. */
export async function tenancyDatabase(engine: Engine): Promise<Database> {
  const database = await engine.createDatabase()
  const connection = await database.connect()
  await connection.query(tenancySql)
  await connection.close()
  onTestFinished(() => engine.reset())
  return database
}

/** How to connect to a database as one of its roles. */
export function loginTo(database: Database, user = 'app_login'): pg.PoolConfig {
  const url = new URL(database.url)
  url.searchParams.set('user', user)
  return { connectionString: url.href }
}

export function poolOf(database: Database, options: pg.PoolConfig = {}, user?: string): pg.Pool {
  const pool = new pg.Pool({ max: 4, ...loginTo(database, user), ...options })
  pool.on('error', () => undefined)
  onTestFinished(() => pool.end())
  return pool
}

/** What the superuser sees. */
export async function look<Row>(database: Database, text: string): Promise<readonly Row[]> {
  const connection = await database.connect()
  try {
    return await connection.query<Row>(text)
  } finally {
    await connection.close()
  }
}

const tenancySql = sql`
  create role app_context nologin;
  create role app_user nologin;
  create role billing_task nologin;
  create role support nologin;
  create role app_login login;
  grant app_user, billing_task, support to app_login;

  create table public.tenants (id uuid primary key, name text not null);
  create table public.memberships (
    tenant_id uuid not null references public.tenants (id),
    user_id uuid not null,
    role text not null,
    accepted_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, user_id)
  );
  create schema app;
  create table app.access_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    login name not null default session_user,
    role name not null default coalesce(nullif(current_setting('role'), 'none'), session_user),
    kind text not null,
    name text not null,
    reason text,
    tenant_id uuid,
    user_id uuid,
    xid xid8 not null default pg_current_xact_id()
  );
  grant usage on schema app to app_user, billing_task, support, app_context;
  grant select on public.memberships to app_context;
  grant select, insert on app.access_log to app_context;
  create function app.current_tenant_id() returns uuid
    language plpgsql stable security definer set search_path = '' as $$
    begin
      return (select m.tenant_id from public.memberships m
        where m.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
          and m.user_id = nullif(current_setting('app.user_id', true), '')::uuid
          and m.accepted_at is not null and m.revoked_at is null);
    end $$;
  create function app.my_tenants() returns table (id uuid, name text)
    language plpgsql stable security definer set search_path = '' as $$
    begin
      return query select m.tenant_id, m.role from public.memberships m
        where m.user_id = nullif(current_setting('app.user_id', true), '')::uuid;
    end $$;
  create function app.log_access(kind text, name text, reason text) returns void
    language plpgsql security definer set search_path = '' as $$
    begin
      insert into app.access_log (kind, name, reason, tenant_id, user_id) values (kind, name, reason,
        nullif(current_setting('app.tenant_id', true), '')::uuid, nullif(current_setting('app.user_id', true), '')::uuid);
    end $$;
  create function app.begin_system_task(name text, reason text) returns void
    language plpgsql security definer set search_path = '' as $$
    begin
      perform app.log_access('system task', name, reason);
    end $$;
  create function app.system_task_is_open(task text) returns boolean
    language plpgsql stable security definer set search_path = '' as $$
    begin
      return exists (select from app.access_log l where l.xid = pg_current_xact_id_if_assigned() and l.kind = 'system task' and l.name = task);
    end $$;
  create function app.begin_support(tenant uuid, reason text) returns void
    language plpgsql security definer set search_path = '' as $$
    begin
      insert into app.access_log (kind, name, reason, tenant_id) values ('support', 'support', reason, tenant);
    end $$;
  create function app.support_tenant_id() returns uuid
    language plpgsql stable security definer set search_path = '' as $$
    begin
      return (select l.tenant_id from app.access_log l where l.xid = pg_current_xact_id_if_assigned() and l.kind = 'support');
    end $$;
  alter function app.current_tenant_id() owner to app_context;
  alter function app.my_tenants() owner to app_context;
  alter function app.log_access(text, text, text) owner to app_context;
  alter function app.begin_system_task(text, text) owner to app_context;
  alter function app.system_task_is_open(text) owner to app_context;
  alter function app.begin_support(uuid, text) owner to app_context;
  alter function app.support_tenant_id() owner to app_context;
  create table public.invoices (
    id integer not null,
    tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid references public.tenants (id),
    note text,
    primary key (tenant_id, id)
  );
  alter table public.invoices enable row level security, force row level security;
  create policy tenant_all on public.invoices to app_user
    using (tenant_id = (select app.current_tenant_id())) with check (tenant_id = (select app.current_tenant_id()));
  create policy task on public.invoices to billing_task
    using ((select app.system_task_is_open('nightly-billing'))) with check ((select app.system_task_is_open('nightly-billing')));
  create policy support_select on public.invoices for select to support using (tenant_id = (select app.support_tenant_id()));
  grant select, insert, update, delete on public.invoices to app_user, billing_task;
  grant select on public.invoices to support;

  insert into public.tenants values ('${tenantA}', 'A'), ('${tenantB}', 'B');
  insert into public.memberships values
    ('${tenantA}', '${userA}', 'owner', now(), null), ('${tenantB}', '${userB}', 'owner', now(), null);
  insert into public.invoices values
    (1, '${tenantA}', 'A1'), (2, '${tenantA}', 'A2'), (1, '${tenantB}', 'B1'), (2, '${tenantB}', 'B2');
`
