import { CompiledQuery, Kysely, Migrator, PostgresDialect } from 'kysely'
import pg from 'pg'
import { startEmbedded } from '../src/engine/embedded.ts'
import type { Database } from '../src/engine/engine.ts'
import { guardMigrations } from '../src/kysely/guard/guard-migrations.ts'
import { fill } from './catalog.ts'
import { median } from './paired.ts'

export interface GuardTimes {
  readonly title: string
  /** Milliseconds of a migrator that applies this one migration. */
  readonly plain: number
  readonly guarded: number
  /** What the guard adds: the median of the differences, pair by pair. */
  readonly added: number
}

/** How much longer one migration takes under the guard, on a schema of so many tables, each with four policies. */
export async function guardTimes(tables: number, pairs: number): Promise<GuardTimes[]> {
  const engine = await startEmbedded()
  try {
    const database = await engine.createDatabase()
    await fill(database, tables)
    await prepare(database)
    const pool = new pg.Pool({ connectionString: database.url, max: 1 })
    const db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) })
    try {
      const times: GuardTimes[] = []
      for (const [title, statements] of migrations) times.push(await compare(db, title, statements, pairs))
      return times
    } finally {
      await db.destroy()
    }
  } finally {
    await engine.stop()
  }
}

const tenancy = {
  tenantKey: 'tenant_id',
  tenants: 'app.tenants',
  memberships: { relation: 'app.memberships', tenantKey: 'tenant_id', userKey: 'user_id' },
  context: { tenantSetting: 'app.tenant_id', functions: ['app.current_tenant_id'] },
  appRoles: ['app_user'],
}

const own = '(tenant_id = (select app.current_tenant_id()))'

async function prepare(database: Database): Promise<void> {
  const connection = await database.connect()
  try {
    await connection.query(`
      create table app.memberships (
        tenant_id uuid not null references app.tenants, user_id uuid not null, primary key (tenant_id, user_id)
      );
      alter table app.memberships enable row level security, force row level security;
      create policy own on app.memberships to app_user using ${own} with check ${own};
      alter table app.tenants enable row level security, force row level security;
      create policy own on app.tenants to app_user using (id = (select app.current_tenant_id()))
        with check (id = (select app.current_tenant_id()));
      analyze`)
  } finally {
    await connection.close()
  }
}

/** `serial` makes names that were never used. */
const migrations: readonly (readonly [string, (serial: number) => readonly string[]])[] = [
  [
    'a new tenant table',
    (serial) => [
      `create table app.new${serial} (
        id uuid primary key default gen_random_uuid(), tenant_id uuid not null references app.tenants, name text not null,
        parent_id uuid, unique (tenant_id, id), foreign key (tenant_id, parent_id) references app.t1 (tenant_id, id)
      )`,
      `create index on app.new${serial} (tenant_id, name)`,
      `alter table app.new${serial} enable row level security, force row level security`,
      `create policy reads on app.new${serial} for select to app_user using ${own}`,
      `create policy adds on app.new${serial} for insert to app_user with check ${own}`,
      `create policy changes on app.new${serial} for update to app_user using ${own} with check ${own}`,
      `create policy removes on app.new${serial} for delete to app_user using ${own}`,
      `grant select, insert, update, delete on app.new${serial} to app_user`,
    ],
  ],
  [
    'a column and an index',
    (serial) => [
      `alter table app.t7 add column extra${serial} text`,
      `create index on app.t7 (tenant_id, extra${serial})`,
    ],
  ],
  ['rows only', () => ["update app.t9 set state = 'closed' where state = 'none'"]],
  [
    'a DO block, after which everything is read',
    (serial) => [`do $$ begin alter table app.t8 add column extra${serial} text; end $$`],
  ],
]

async function compare(
  db: Kysely<never>,
  title: string,
  statements: (serial: number) => readonly string[],
  pairs: number,
): Promise<GuardTimes> {
  const plain: number[] = []
  const guarded: number[] = []
  for (let pair = 0; pair <= pairs; pair++) {
    plain.push(await run(db, statements(2 * pair), false))
    guarded.push(await run(db, statements(2 * pair + 1), true))
  }
  const warm = <Item>(items: readonly Item[]) => items.slice(1)
  const added = guarded.map((time, at) => time - (plain[at] ?? Number.NaN))
  return { title, plain: median(warm(plain)), guarded: median(warm(guarded)), added: median(warm(added)) }
}

async function run(db: Kysely<never>, statements: readonly string[], isGuarded: boolean): Promise<number> {
  const provider = {
    getMigrations: async () => ({
      '001': {
        async up(handle: Pick<Kysely<never>, 'executeQuery'>) {
          for (const statement of statements) await handle.executeQuery(CompiledQuery.raw(statement))
        },
        down: async () => undefined,
      },
    }),
  }
  const migrator = new Migrator({
    db,
    provider: isGuarded ? guardMigrations(provider, { tenancy }) : provider,
  })
  const start = performance.now()
  const { error } = await migrator.migrateToLatest()
  const time = performance.now() - start
  if (error !== undefined) throw error
  await db.executeQuery(CompiledQuery.raw('delete from kysely_migration'))
  return time
}
