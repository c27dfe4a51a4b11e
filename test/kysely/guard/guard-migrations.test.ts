import { CompiledQuery, Kysely, Migrator, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../../src/engine/engine.ts'
import { defineTenancy } from '../../../src/kysely/define-tenancy.ts'
import { guardMigrations } from '../../../src/kysely/guard/guard-migrations.ts'
import { MigrationRefused } from '../../../src/kysely/guard/migration-refused.ts'
import { preludeTenancy } from '../../checks/prelude.ts'
import { testServer } from '../../server.ts'
import { type Handle, send } from './attempts.ts'
import {
  errorsIn,
  type GuardStage,
  migrate,
  nativeStage,
  nativeTemplate,
  relationsIn,
  safeTable,
} from './stage.ts'

const server = testServer()
let template: Database

beforeAll(async () => {
  template = await nativeTemplate(server())
}, 60_000)

async function stage(): Promise<GuardStage> {
  const made = await nativeStage(server(), template)
  onTestFinished(() => made.close())
  return made
}

const leak = 'create table leak (id uuid primary key, tenant_id uuid not null)'

test('a migration that makes a protected table is applied', async () => {
  const here = await stage()
  const { error } = await migrate(here, { '001': { up: (db: Handle) => send(db, ...safeTable('notes')) } })
  expect(error).toBeUndefined()
  expect(await relationsIn(here)).toContain('notes true true')
})

test('the error names migration, line, table, the missing clause and the fix', async () => {
  const here = await stage()
  const before = [await errorsIn(here), await relationsIn(here)]
  const line = Number(new Error('here').stack?.match(/guard-migrations\.test\.ts:(\d+)/)?.[1]) + 8
  const { error } = await migrate(here, {
    '001_notes': {
      up: (db) =>
        db.schema
          .createTable('notes')
          .addColumn('id', 'uuid', (c) => c.primaryKey())
          .addColumn('tenant_id', 'uuid', (c) => c.notNull())
          .execute(),
    },
  })
  expect(error).toBeInstanceOf(MigrationRefused)
  expect(String(error)).toBe(
    [
      'MigrationRefused: 001_notes, up(): 1 problem; it is rolled back',
      '',
      `  at test/kysely/guard/guard-migrations.test.ts:${line}`,
      '    | create table "notes" ("id" uuid primary key, "tenant_id" uuid not null)',
      '  error: public.notes has no row security: every role that may read it reads the rows of all tenants [row-security-not-enabled]',
      '    help: Enable and force row security in the migration that creates the table, and add policies that tie the tenant.',
      '    fix: alter table public.notes enable row level security;',
      '         alter table public.notes force row level security;',
    ].join('\n'),
  )
  expect([await errorsIn(here), await relationsIn(here)]).toEqual(before)
})

test.each([
  ['a column of it', ['alter table old_debt add column note text']],
  ['a row of it', ['update old_debt set id = id']],
  [
    'a function, and what a DO block does to it',
    [
      'create function f() returns integer language sql as $$ select 1 $$',
      'do $$ begin alter table old_debt add column note text; end $$',
    ],
  ],
  ['a protected table beside it', safeTable('notes')],
  ['its name', ['alter table old_debt rename to older_debt']],
  ['the table of tenants', ['alter table app.tenants add column plan text']],
  ['an index of the memberships', ['create index on app.memberships (role)']],
  [
    'the label of an enum, and a namespace with what is in it',
    [
      "create type mood as enum ('a')",
      "alter type mood rename value 'a' to 'b'",
      'create schema crm create sequence numbers',
    ],
  ],
])('an old unprotected table blocks no migration that changes %s', async (_, statements) => {
  const here = await stage()
  const migrations = { '001': { up: (db: Handle) => send(db, ...statements) } }
  expect((await migrate(here, migrations)).error).toBeUndefined()
})

test('an old unprotected table that is renamed and granted is refused', async () => {
  const here = await stage()
  const statements = ['alter table old_debt rename to older_debt', 'grant select on older_debt to app_user']
  const { error } = await migrate(here, { '001': { up: (db: Handle) => send(db, ...statements) } })
  expect(String(error)).toMatch(/public\.older_debt has no row security/)
})

test('an old unprotected table that is dropped and made anew as it was is refused', async () => {
  const here = await stage()
  const { error } = await migrate(here, {
    '001': {
      up: (db: Handle) =>
        send(
          db,
          'drop table old_debt',
          'create table old_debt (id uuid primary key, tenant_id uuid not null)',
        ),
    },
  })
  expect(String(error)).toMatch(/public\.old_debt has no row security/)
})

test('a backfill that row security would narrow fails and is explained', async () => {
  const here = await stage()
  const { error } = await migrate(here, {
    '001': { up: (db: Handle) => send(db, 'update invoices set number = 2') },
  })
  expect(String(error)).toMatch(
    /001, up\(\)[\s\S]*update invoices set number = 2[\s\S]*use withForceSuspended/,
  )
})

test('a backfill between NO FORCE and FORCE is applied', async () => {
  const here = await stage()
  const { error } = await migrate(here, {
    '001': {
      up: (db: Handle) =>
        send(
          db,
          'alter table invoices no force row level security',
          'update invoices set number = 2',
          'alter table invoices force row level security',
        ),
    },
  })
  expect(error).toBeUndefined()
  expect(await here.admin.query('select number from invoices')).toEqual([{ number: 2 }])
})

test('what the handle reads, introspects and streams comes back', async () => {
  const here = await stage()
  const seen: unknown[] = []
  const { error } = await migrate(here, {
    '001': {
      async up(db: Handle) {
        seen.push((await db.introspection.getTables()).some(({ name }) => name === 'invoices'))
        seen.push((await sql<{ one: number }>`select ${1}::int as one`.execute(db)).rows)
        for await (const row of db
          .selectFrom('pg_roles')
          .select('rolname')
          .where('rolname', '=', 'app_user')
          .stream()) {
          seen.push(row)
        }
        seen.push(db.isTransaction)
      },
    },
  })
  expect(error).toBeUndefined()
  expect(seen).toEqual([true, [{ one: 1 }], { rolname: 'app_user' }, true])
})

test('an index is built concurrently by a migration that is declared to run without a transaction', async () => {
  const here = await stage()
  const { error } = await migrate(
    here,
    {
      '001': {
        up: (db: Handle) =>
          send(
            db,
            'create index concurrently by_number on invoices (tenant_id, number)',
            `create index concurrently on app.tenants (lower(name)) where name <> '' and name::text not in ('a', 'b')`,
            'reindex index concurrently by_number',
            'analyze invoices',
            'vacuum',
            'alter table invoices validate constraint invoices_tenant_id_fkey',
            'insert into old_debt values (gen_random_uuid(), gen_random_uuid())',
          ),
      },
    },
    { disableTransactions: true, withoutTransaction: ['001'] },
  )
  expect(error).toBeUndefined()
  expect(await here.admin.query("select to_regclass('by_number') is not null as is")).toEqual([{ is: true }])
})

test('what another connection commits meanwhile is told, and that it stays', async () => {
  const here = await stage()
  const { error } = await migrate(here, {
    '001': {
      async up(db: Handle) {
        await send(db, 'select 1')
        await here.admin.query(leak)
      },
    },
  })
  expect(String(error)).toMatch(
    /public\.leak has no row security.*; another connection made it while this migration ran, and it stays/,
  )
})

test('a guarded migration that is run twice is examined twice', async () => {
  const here = await stage()
  const provider = guardMigrations(
    { getMigrations: async () => ({ '001': { up: (db: Handle) => send(db, leak) } }) },
    { tenancy: preludeTenancy },
  )
  const { '001': migration } = await provider.getMigrations()
  const runs = [1, 2].map(() => here.db.transaction().execute(async (trx) => migration?.up(trx)))
  const errors = (await Promise.allSettled(runs)).map((run) =>
    run.status === 'rejected' ? String(run.reason) : null,
  )
  expect(errors).toEqual([
    expect.stringMatching(/leak has no row security/),
    expect.stringMatching(/leak has no row security/),
  ])
  expect(await relationsIn(here)).not.toContain('leak false false')
})

test('of two migrators at once one applies a migration and the other finds it applied', async () => {
  const here = await stage()
  const migrations = { '001': { up: (db: Handle) => send(db, ...safeTable('notes')) } }
  await migrate(here, {})
  const both = await Promise.all([migrate(here, migrations), migrate(here, migrations)])
  expect(both.map(({ error }) => error)).toEqual([undefined, undefined])
  expect(both.flatMap(({ results = [] }) => results.map(({ status }) => status))).toEqual(['Success'])
})

test('a connection that is lost midway is told as such, and leaves the database as it was', async () => {
  const here = await stage()
  const before = await relationsIn(here)
  const provider = guardMigrations(
    {
      getMigrations: async () => ({
        '001': {
          async up(db: Handle) {
            await send(db, ...safeTable('notes'))
            const { rows } = await db.executeQuery(CompiledQuery.raw('select pg_backend_pid() as pid'))
            await here.admin.query(`select pg_terminate_backend(${Object(rows[0]).pid})`)
            await send(db, 'select 1')
          },
        },
      }),
    },
    { tenancy: preludeTenancy },
  )
  const { '001': migration } = await provider.getMigrations()
  // Kysely itself then says that it can't roll back.
  const told = await new Promise((resolve) => {
    here.db
      .transaction()
      .execute(async (trx) => await migration?.up(trx).catch(resolve))
      .catch(() => undefined)
  })
  expect(String(told)).toMatch(/001, up\(\)[\s\S]*select 1[\s\S]*the connection to the server was lost/)
  expect(await relationsIn(here)).toEqual(before)
})

test('the statement of a builder that is never executed is missed', async () => {
  const here = await stage()
  const { error } = await migrate(here, {
    '001': {
      async up(db: Handle) {
        defineTenancy({ appRole: 'app_user' }).createTenantTable(db, 'notes')
      },
    },
  })
  expect(String(error)).toMatch(/createTenantTable\("notes"\) was never executed, at test\/kysely\/guard/)
})

test('a tenancy and a table of it, made by the helpers, pass, judged by the tenancy that was defined', async () => {
  const database = await server().createDatabase()
  const admin = await database.connect()
  await admin.query(`create role migrator login createrole;
    grant create on database "${database.name}" to migrator; grant create on schema public to migrator`)
  const url = new URL(database.url)
  url.searchParams.set('user', 'migrator')
  const db = new Kysely<never>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url.href, max: 1 }) }),
  })
  onTestFinished(async () => {
    await db.destroy()
    await admin.close()
  })
  const tenancy = defineTenancy({ appRole: 'app_user' })
  const migrations = {
    '001': { up: (handle: Handle) => tenancy.createTenancy(handle) },
    '002': {
      up: (handle: Handle) =>
        tenancy.createTenantTable(handle, 'invoices').addColumn('number', 'integer').execute(),
    },
    '003': { up: (handle: Handle) => send(handle, 'alter table invoices no force row level security') },
  }
  const provider = guardMigrations({ getMigrations: async () => migrations })
  const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest()
  expect(results.map(({ status }) => status)).toEqual(['Success', 'Success', 'Error'])
  expect(String(error)).toMatch(/003, up\(\)[\s\S]*public\.invoices/)

  defineTenancy({ appRole: 'app_user' })
  expect((await new Migrator({ db, provider }).migrateTo('002')).error).toBeUndefined()
  defineTenancy({ appRole: 'web_user' })
  const undecided = await new Migrator({ db, provider }).migrateToLatest()
  expect(undecided.error).toMatchObject({
    message: "2 tenancies are declared, and the guard doesn't know which one is meant",
  })
  const decided = guardMigrations({ getMigrations: async () => migrations }, { tenancy })
  expect(String((await new Migrator({ db, provider: decided }).migrateToLatest()).error)).toContain(
    '003, up()',
  )
})

test('passwords in a refused statement are not told', async () => {
  const here = await stage()
  const { error } = await migrate(here, {
    '001': { up: (db: Handle) => send(db, "create role spy password 'hunter2'; commit") },
  })
  expect(String(error)).not.toContain('hunter2')
})

async function superuserMigrates(...statements: readonly string[]): Promise<unknown> {
  const database = await server().createDatabase({ template: template.name })
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  const db = new Kysely<never>({ dialect: new PostgresDialect({ pool }) })
  onTestFinished(() => db.destroy())
  const provider = guardMigrations(
    { getMigrations: async () => ({ '001': { up: (handle: Handle) => send(handle, ...statements) } }) },
    { tenancy: preludeTenancy },
  )
  return (await new Migrator({ db, provider }).migrateToLatest()).error
}

test('a migrator whose role is superuser is guarded too', async () => {
  expect(String(await superuserMigrates(leak))).toMatch(/leak has no row security/)
})

test('an extension that brings views of its own is created', async () => {
  expect(
    await superuserMigrates('create extension pg_stat_statements', ...safeTable('notes')),
  ).toBeUndefined()
})

test('a driver that gives booleans as texts is refused, for no flag could be told', async () => {
  const here = await stage()
  const parse = pg.types.getTypeParser(pg.types.builtins.BOOL)
  onTestFinished(() => pg.types.setTypeParser(pg.types.builtins.BOOL, parse))
  pg.types.setTypeParser(pg.types.builtins.BOOL, (text) => text)
  const { error } = await migrate(here, { '001': { up: (db: Handle) => send(db, leak) } })
  expect(String(error)).toContain('the driver gives booleans or integers as something else')
})

test('what is thrown and is no error is told', async () => {
  const here = await stage()
  const { error } = await migrate(here, { '001': { up: () => Promise.reject() } })
  expect(String(error)).toBe('Error: it threw undefined')
})
