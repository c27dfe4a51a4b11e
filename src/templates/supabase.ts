import { sql } from '../sql/template.ts'

/**
 * What a Supabase project holds before its first migration, as far as migrations name it and isolation depends on it:
 * from the platform's documentation (roles, schemas, default privileges, the auth, storage and realtime helpers).
 */
const text = sql`
  create role anon nologin noinherit;
  create role authenticated nologin noinherit;
  create role service_role nologin noinherit bypassrls;
  create role authenticator login noinherit;
  grant anon, authenticated, service_role to authenticator;
  create role postgres login createrole bypassrls;
  create role supabase_admin login superuser createrole bypassrls;
  create role supabase_auth_admin login noinherit createrole;
  create role supabase_storage_admin login noinherit createrole;
  create role supabase_realtime_admin nologin noinherit;
  create role supabase_replication_admin login;
  create role supabase_read_only_user login bypassrls;
  create role supabase_functions_admin login noinherit createrole;
  create role dashboard_user createrole;
  create role pgbouncer login;
  create role pgsodium_keyholder nologin;
  create role pgsodium_keyiduser nologin;
  create role pgsodium_keymaker nologin;
  grant anon, authenticated, service_role to postgres;
  grant authenticator to supabase_storage_admin;

  create schema auth authorization supabase_auth_admin;
  create schema storage authorization supabase_storage_admin;
  create schema extensions;
  create schema realtime authorization supabase_admin;
  create schema _realtime authorization supabase_admin;
  create schema vault authorization supabase_admin;
  create schema graphql authorization supabase_admin;
  create schema graphql_public authorization supabase_admin;
  create schema pgbouncer authorization pgbouncer;
  create schema pgsodium authorization supabase_admin;
  create schema supabase_functions authorization supabase_admin;
  create schema supabase_migrations;
  create schema cron authorization supabase_admin;
  create schema net authorization supabase_admin;
  create schema pgmq authorization supabase_admin;
  grant usage on schema public to postgres, anon, authenticated, service_role;
  grant usage on schema auth, storage, realtime, extensions to postgres, anon, authenticated, service_role;
  grant usage on schema graphql_public to postgres, anon, authenticated, service_role;

  alter database postgres set search_path = "$user", public, extensions;
  alter default privileges in schema public
    grant all on tables to postgres, anon, authenticated, service_role;
  alter default privileges in schema public
    grant all on functions to postgres, anon, authenticated, service_role;
  alter default privileges in schema public
    grant all on sequences to postgres, anon, authenticated, service_role;
  create publication supabase_realtime;

  create extension pgcrypto with schema extensions;
  create extension "uuid-ossp" with schema extensions;
  create extension pg_stat_statements with schema extensions;
  create extension pg_graphql with schema graphql;
  create extension supabase_vault with schema vault;

  create type auth.aal_level as enum ('aal1', 'aal2', 'aal3');
  create type auth.factor_type as enum ('totp', 'webauthn', 'phone');
  create type auth.factor_status as enum ('unverified', 'verified');
  create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

  create table auth.users (
    instance_id uuid, id uuid primary key, aud varchar(255), role varchar(255), email varchar(255),
    encrypted_password varchar(255), email_confirmed_at timestamptz, invited_at timestamptz,
    confirmation_token varchar(255), confirmation_sent_at timestamptz, recovery_token varchar(255),
    recovery_sent_at timestamptz, email_change_token_new varchar(255), email_change varchar(255),
    email_change_sent_at timestamptz, last_sign_in_at timestamptz, raw_app_meta_data jsonb,
    raw_user_meta_data jsonb, is_super_admin boolean, created_at timestamptz, updated_at timestamptz,
    phone text unique, phone_confirmed_at timestamptz, phone_change text, phone_change_token varchar(255),
    phone_change_sent_at timestamptz, confirmed_at timestamptz, email_change_token_current varchar(255),
    email_change_confirm_status smallint, banned_until timestamptz, reauthentication_token varchar(255),
    reauthentication_sent_at timestamptz, is_sso_user boolean not null, deleted_at timestamptz,
    is_anonymous boolean not null
  );
  create table auth.identities (
    provider_id text not null, user_id uuid not null references auth.users (id) on delete cascade,
    identity_data jsonb not null, provider text not null, last_sign_in_at timestamptz, created_at timestamptz,
    updated_at timestamptz, email text, id uuid primary key
  );
  create table auth.sessions (
    id uuid primary key, user_id uuid not null references auth.users (id) on delete cascade,
    created_at timestamptz, updated_at timestamptz, factor_id uuid, aal auth.aal_level, not_after timestamptz,
    refreshed_at timestamp, user_agent text, ip inet, tag text
  );
  create table auth.refresh_tokens (
    instance_id uuid, id bigint primary key, token varchar(255) unique, user_id varchar(255), revoked boolean,
    created_at timestamptz, updated_at timestamptz, parent varchar(255),
    session_id uuid references auth.sessions (id) on delete cascade
  );
  create table auth.mfa_factors (
    id uuid primary key, user_id uuid not null references auth.users (id) on delete cascade, friendly_name text,
    factor_type auth.factor_type not null, status auth.factor_status not null, created_at timestamptz not null,
    updated_at timestamptz not null, secret text, phone text, last_challenged_at timestamptz
  );
  create table auth.audit_log_entries (
    instance_id uuid, id uuid primary key, payload json, created_at timestamptz, ip_address varchar(64) not null
  );
  alter table auth.users enable row level security;
  alter table auth.identities enable row level security;
  alter table auth.sessions enable row level security;
  alter table auth.refresh_tokens enable row level security;
  alter table auth.mfa_factors enable row level security;
  alter table auth.audit_log_entries enable row level security;
  grant all on all tables in schema auth to postgres, dashboard_user;

  create function auth.jwt() returns jsonb language sql stable
    as $$ select current_setting('request.jwt.claims', true)::jsonb $$;
  create function auth.uid() returns uuid language sql stable
    as $$ select (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::uuid $$;
  create function auth.role() returns text language sql stable
    as $$ select current_setting('request.jwt.claims', true)::jsonb ->> 'role' $$;
  create function auth.email() returns text language sql stable
    as $$ select current_setting('request.jwt.claims', true)::jsonb ->> 'email' $$;

  create table storage.buckets (
    id text primary key, name text not null unique, owner uuid, created_at timestamptz, updated_at timestamptz,
    public boolean, avif_autodetection boolean, file_size_limit bigint, allowed_mime_types text[], owner_id text,
    type storage.buckettype not null
  );
  create table storage.objects (
    id uuid primary key, bucket_id text references storage.buckets (id), name text, owner uuid,
    created_at timestamptz, updated_at timestamptz, last_accessed_at timestamptz, metadata jsonb,
    path_tokens text[], version text, owner_id text, user_metadata jsonb
  );
  alter table storage.buckets enable row level security;
  alter table storage.objects enable row level security;
  grant all on storage.buckets, storage.objects to postgres, anon, authenticated, service_role;
  create function storage.foldername(name text) returns text[] language sql immutable
    as $$ select (string_to_array(name, '/'))[1 : array_length(string_to_array(name, '/'), 1) - 1] $$;
  create function storage.filename(name text) returns text language sql immutable
    as $$ select split_part(name, '/', -1) $$;
  create function storage.extension(name text) returns text language sql immutable
    as $$ select split_part(split_part(name, '/', -1), '.', -1) $$;

  create table realtime.messages (
    topic text not null, extension text not null, payload jsonb, event text, private boolean,
    updated_at timestamp not null, inserted_at timestamp not null, id uuid not null
  ) partition by range (inserted_at);
  alter table realtime.messages enable row level security;
  grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;
  create function realtime.topic() returns text language sql stable
    as $$ select nullif(current_setting('realtime.topic', true), '') $$;
  create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
    returns void language sql as $$ select $$;
  create function realtime.broadcast_changes(
    topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record,
    level text default 'ROW'
  ) returns void language plpgsql as $$ begin end $$;

  create view vault.decrypted_secrets as
    select id, name, description, secret, secret as decrypted_secret, created_at, updated_at from vault.secrets;
  create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
  create function supabase_functions.http_request() returns trigger language plpgsql
    as $$ begin return new; end $$;
`

/** Replayed before a history whose platform is Supabase; of the shape of a migration. */
export const supabasePrelude = {
  file: 'supabase',
  text,
  parts: [{ kind: 'sql', start: 0, end: text.length }],
  session: 'new',
  migrationRole: 'postgres',
} as const
