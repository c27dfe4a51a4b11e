import { Kysely, type KyselyConfig, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database, Engine } from '../../src/engine/engine.ts'
import { defineTenancy } from '../../src/kysely.ts'

export const migrator = 'migrator'
export const login = 'web'

export const tenancy = defineTenancy({
  appRole: 'app_user',
  supportRole: 'support',
  globalTables: [{ relation: 'public.currencies', reason: 'ISO 4217' }],
  systemTasks: [{ name: 'billing', role: 'billing_task', reason: 'bills all tenants once a month' }],
})

/** What a migration is given: the tables are whatever the database has. */
// biome-ignore lint/suspicious/noExplicitAny: Kysely's own migrations take Kysely<any>
export type Tables = any

/** The migrator and the login of the application, neither a superuser. */
export async function createLogins(engine: Engine): Promise<void> {
  const connection = await engine.database.connect()
  await connection.query(`create role ${migrator} login createrole`)
  await connection.query(`create role ${login} login`)
  await connection.close()
}

/** A database of the migrator's that holds the tenancy, to copy. */
export async function tenancyDatabase(engine: Engine): Promise<Database> {
  const bed = await openBed(engine)
  await tenancy.createTenancy(bed.db)
  await bed.close()
  return bed.database
}

export interface Bed {
  readonly database: Database
  /** Connected as the migrator, who owns the database. */
  readonly db: Kysely<Tables>
  /** The rows of a query, as the superuser. */
  rows<Row>(query: string): Promise<readonly Row[]>
  close(): Promise<void>
}

export async function openBed(engine: Engine, template?: Database): Promise<Bed> {
  const database = await engine.createDatabase(template === undefined ? {} : { template: template.name })
  const admin = await database.connect()
  await admin.query(`alter database ${database.name} owner to ${migrator}`)
  const db = kyselyAs(database, migrator)
  return {
    database,
    db,
    rows: (query) => admin.query(query),
    close: async () => {
      await db.destroy()
      await admin.close()
    },
  }
}

export function kyselyAs(
  database: Database,
  user: string,
  config: Omit<KyselyConfig, 'dialect'> = {},
): Kysely<Tables> {
  return new Kysely<Tables>({ ...config, dialect: dialectAs(database, user) })
}

export function dialectAs(database: Database, user: string): PostgresDialect {
  const pool = new pg.Pool({ connectionString: urlAs(database, user), max: 2 })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return new PostgresDialect({ pool })
}

export function urlAs(database: Database, user: string): string {
  const url = new URL(database.url)
  url.searchParams.set('user', user)
  return url.href
}

/** What a schema consists of: two databases that print alike hold the same tables, columns, constraints, indexes, policies and grants. */
export async function inventory({ rows }: Bed): Promise<readonly string[]> {
  const found = await rows<{ line: string }>(`
    with tables as (
      select c.oid, n.nspname || '.' || c.relname as name, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relpersistence
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    )
    select line from (
      select format('%s %s enabled %s forced %s %s', name, relpersistence, relrowsecurity, relforcerowsecurity, relacl) from tables
      union all
      select format('%s.%s %s not null %s default %s', name, attname, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid))
      from tables join pg_attribute on attrelid = tables.oid and attnum > 0 and not attisdropped
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
      union all
      select format('%s %s %s', name, conname, pg_get_constraintdef(c.oid)) from tables join pg_constraint c on conrelid = tables.oid
      where contype <> 'n'
      union all
      select format('%s %s', name, pg_get_indexdef(indexrelid)) from tables join pg_index on indrelid = tables.oid
      union all
      select format('%s policy %s %s %s to %s using %s check %s', name, polname, polcmd, polpermissive, polroles::regrole[],
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
      from tables join pg_policy on polrelid = tables.oid
      union all
      select format('schema %s', nspname) from pg_namespace where nspname !~ '^pg_'
      union all
      select format('function %s', oid::regprocedure) from pg_proc
      where pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
      union all
      select format('sequence %s', oid::regclass) from pg_class where relkind = 'S'
    ) as lines (line) order by line`)
  return found.map(({ line }) => line)
}
