import { PGlite } from '@electric-sql/pglite'
import { Kysely, type Migration, type MigrationResultSet, Migrator, PostgresDialect } from 'kysely'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { readCatalog } from '../../../src/catalog/read-catalog.ts'
import { activeChecks, examine } from '../../../src/checks/examine.ts'
import type { Database, Engine } from '../../../src/engine/engine.ts'
import { type GuardOptions, guardMigrations } from '../../../src/kysely/guard/guard-migrations.ts'
import { assumeTenancy } from '../../../src/policy/assume-tenancy.ts'
import { Isolation } from '../../../src/policy/isolation.ts'
import { RoutineBodies } from '../../../src/policy/routines.ts'
import type { Connection } from '../../../src/sql/connection.ts'
import { splitStatements } from '../../../src/sql/split.ts'
import { sql } from '../../../src/sql/template.ts'
import { tenancyDeclaration } from '../../../src/tenancy/declaration.ts'
import { prelude, preludeTenancy } from '../../checks/prelude.ts'
import { pgliteDialect } from './pglite-dialect.ts'

/** Where migrations are run in a test: a database that holds a tenancy, a protected table, and a table that is old debt. */
export interface GuardStage {
  readonly db: Kysely<never>
  /** As a superuser, past the migrator. */
  readonly admin: Connection
  close(): Promise<void>
}

export const own = '(tenant_id = (select app.current_tenant_id()))'

/** What protects a table of tenants, as a migration writes it by hand. */
export function protection(table: string): string[] {
  return [
    `alter table ${table} enable row level security, force row level security`,
    `create policy tenant on ${table} to app_user using ${own} with check ${own}`,
  ]
}

export function safeTable(table: string): string[] {
  return [
    `create table ${table} (id uuid primary key, tenant_id uuid not null references app.tenants (id), number integer)`,
    `create index on ${table} (tenant_id)`,
    ...protection(table),
  ]
}

const foundation = [
  'create role app_owner login createrole',
  prelude,
  'alter schema app owner to app_owner; grant create on schema public to app_owner',
  ...['tenants', 'users', 'memberships'].map((table) => `alter table app.${table} owner to app_owner`),
  'grant app_definer to app_owner',
  ...safeTable('public.invoices'),
  'create table public.old_debt (id uuid primary key, tenant_id uuid not null)',
  'alter table public.invoices owner to app_owner; alter table public.old_debt owner to app_owner',
  `insert into app.tenants values ('00000000-0000-4000-8000-00000000000a', 'a')`,
  `insert into public.invoices values ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', 1)`,
]

export async function nativeStage(engine: Engine, template: Database, max = 4): Promise<GuardStage> {
  const database = await engine.createDatabase({ template: template.name })
  const admin = await database.connect()
  await admin.query(`grant create on database "${database.name}" to app_owner`)
  const url = new URL(database.url)
  url.searchParams.set('user', 'app_owner')
  const pool = new pg.Pool({ connectionString: url.href, max })
  // A connection that the server ends tells so even where nobody uses it.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', () => undefined)
  const db = new Kysely<never>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) })
  return {
    db,
    admin,
    close: async () => {
      await db.destroy()
      await admin.close()
      await database.drop()
    },
  }
}

/** A database to copy; roles are made with the first. */
export async function nativeTemplate(engine: Engine): Promise<Database> {
  const database = await engine.createDatabase()
  const connection = await database.connect()
  for (const text of foundation) await connection.query(text)
  await connection.close()
  return database
}

export async function pgliteStage(): Promise<GuardStage> {
  const database = new PGlite()
  for (const text of foundation) await database.exec(text)
  const admin: Connection = {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      let rows: readonly Row[] = []
      const parts = values.length > 0 ? [{ start: 0, end: text.length }] : splitStatements(text)
      for (const { start, end } of parts)
        rows = (await database.query<Row>(text.slice(start, end), [...values])).rows
      return rows
    },
  }
  const db = new Kysely<never>({ dialect: pgliteDialect(database) })
  return { db, admin, close: () => database.close() }
}

/** Runs migrations under the guard, to the last of them; `down`: and then takes the last back. */
export async function migrate(
  { db }: GuardStage,
  migrations: Record<string, Migration>,
  options: GuardOptions & { readonly disableTransactions?: boolean; readonly down?: boolean } = {},
): Promise<MigrationResultSet> {
  const { disableTransactions = false, down = false, ...guard } = options
  const provider = guardMigrations(
    { getMigrations: async () => migrations },
    { tenancy: preludeTenancy, ...guard },
  )
  const migrator = new Migrator({ db, provider, disableTransactions })
  const upwards = await migrator.migrateToLatest()
  return down && upwards.error === undefined ? await migrator.migrateDown() : upwards
}

/** The errors that an audit of the database would tell, each by check and subject. */
export async function errorsIn({ admin }: GuardStage): Promise<readonly string[]> {
  const model = await readCatalog(admin)
  const { tenancy } = assumeTenancy(model, tenancyDeclaration.parse(preludeTenancy))
  const checks = activeChecks({}).filter(({ severity }) => severity === 'error')
  const found = examine(checks, tenancy, new Isolation(model, tenancy, new RoutineBodies()), null)
  return [...found.values()].map(({ check, found: { subject } }) => `${check.id} ${subject}`).sort()
}

/** The relations that are there. */
export async function relationsIn({ admin }: GuardStage): Promise<readonly string[]> {
  const rows = await admin.query<{ name: string }>(sql`
    select c.oid::regclass::text || ' ' || c.relrowsecurity || ' ' || c.relforcerowsecurity as name
    from pg_class c where c.relkind in ('r', 'p', 'v', 'm') and c.oid >= 16384 and c.relname not like 'kysely_%'
    order by 1`)
  return rows.map(({ name }) => name)
}
