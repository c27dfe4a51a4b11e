import { CompiledQuery, type Kysely } from 'kysely'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../../src/engine/engine.ts'
import { MigrationRefused } from '../../../src/kysely/guard/migration-refused.ts'
import { testServer } from '../../server.ts'
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

const run = async (db: Pick<Kysely<unknown>, 'executeQuery'>, ...texts: readonly string[]) => {
  for (const text of texts) await db.executeQuery(CompiledQuery.raw(text))
}

test('a migration that makes a protected table is applied', async () => {
  const here = await stage()
  const { error } = await migrate(here, { '001': { up: (db) => run(db, ...safeTable('public.notes')) } })
  expect(error).toBeUndefined()
  expect(await relationsIn(here)).toContain('notes true true')
})

test('a migration that makes a table without row security is rolled back and told', async () => {
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
