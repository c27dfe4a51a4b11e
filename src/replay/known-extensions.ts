/** What an extension makes besides routines and types. */
export interface KnownExtension {
  /** The namespace that it makes for itself and lives in. */
  readonly namespace?: string
  /** Tables that people name in migrations, as SQL; made in the extension's namespace. */
  readonly tables?: string
}

/** Facts from the extensions' documentation. One that isn't listed is known by its name alone. */
export const knownExtensions: Readonly<Record<string, KnownExtension>> = {
  pg_cron: {
    namespace: 'cron',
    tables: `
      create table job (jobid bigint primary key, schedule text not null, command text not null, nodename text not null,
        nodeport integer not null, database text not null, username text not null, active boolean not null, jobname text);
      create table job_run_details (jobid bigint, runid bigint primary key, job_pid integer, database text, username text,
        command text, status text, return_message text, start_time timestamptz, end_time timestamptz);`,
  },
  pg_net: { namespace: 'net' },
  pg_graphql: { namespace: 'graphql' },
  pgmq: {
    namespace: 'pgmq',
    tables: `create table meta (queue_name varchar unique not null, is_partitioned boolean not null,
      is_unlogged boolean not null, created_at timestamptz not null);`,
  },
  pgsodium: { namespace: 'pgsodium' },
  pg_tle: { namespace: 'pgtle' },
  supabase_vault: {
    namespace: 'vault',
    tables: `create table secrets (id uuid primary key, name text, description text not null, secret text not null,
      key_id uuid, nonce bytea, created_at timestamptz not null, updated_at timestamptz not null);`,
  },
  postgis_tiger_geocoder: { namespace: 'tiger' },
  postgis_topology: { namespace: 'topology' },
}
