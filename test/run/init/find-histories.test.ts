import { expect, it } from 'vitest'
import { findHistories } from '../../../src/run/init/find-histories.ts'
import { tree } from '../../replay/layouts/tree.ts'

const sql = 'create table t ();'

/** `path layout files` of each history that is found. */
function found(files: Readonly<Record<string, string>>): string[] {
  return findHistories(tree(files)).histories.map(({ path, layout, files }) => `${path} ${layout} ${files}`)
}

it('finds the migrations in packages of a monorepo, and none in code of others or in what was built', () => {
  expect(
    found({
      'packages/api/db/migrations/1_a.up.sql': sql,
      'packages/api/db/migrations/1_a.down.sql': sql,
      'apps/web/prisma/migrations/1_a/migration.sql': sql,
      'node_modules/x/migrations/1.sql': sql,
      'vendor/x/migrations/1.sql': sql,
      'dist/migrations/1.sql': sql,
      '.git/migrations/1.sql': sql,
      'package.json': '{}',
    }),
  ).toEqual(['apps/web/prisma/migrations prisma 1', 'packages/api/db/migrations golang-migrate 1'])
})

it('prefers what is called migrations to other folders of SQL, and takes those where there is nothing else', () => {
  expect(found({ 'db/migrations/1.sql': sql, 'queries/1.sql': sql })).toEqual(['db/migrations numbered 1'])
  expect(found({ 'sql/1.sql': sql })).toEqual(['sql numbered 1'])
  expect(found({ '1.sql': sql })).toEqual(['. numbered 1'])
  expect(found({ 'migration_mysql/V1__a.sql': sql, 'migration_postgres/V1__a.sql': sql })).toEqual([
    'migration_postgres flyway 1',
  ])
})

it('takes the migrations of tests only where there are no others', () => {
  expect(found({ 'test/migrations/1.sql': sql, 'src/migrations/1.sql': sql })).toEqual([
    'src/migrations numbered 1',
  ])
  expect(found({ 'examples/migrations/1.sql': sql })).toEqual(['examples/migrations numbered 1'])
})

it('finds the migrations of Supabase without the seeds beside them', () => {
  expect(
    found({ 'supabase/config.toml': '', 'supabase/seed.sql': sql, 'supabase/migrations/1_a.sql': sql }),
  ).toEqual(['supabase/migrations supabase 1'])
})

it('takes programs for migrations for Kysely only where they say what they do upwards', () => {
  const program = "import type { Kysely } from 'kysely'\n"
  expect(
    found({
      'src/db/client.ts': `${program}export const db = new Kysely({})`,
      'src/db/templates.ts': `${program}const text = \`\nexport async function up() {}\n\``,
      'src/db/index.ts': program,
      'src/db/migrations/1_a.ts': `${program}export async function up(db: Kysely<unknown>) {}`,
    }),
  ).toEqual(['src/db/migrations kysely 1'])
})

it('takes folders side by side whose names give their order for one history', () => {
  expect(found({ 'migrations/0/1_a.up.sql': sql, 'migrations/1/1_b.up.sql': sql })).toEqual([
    'migrations golang-migrate 2',
  ])
})

it('passes over migrations for another database and those that cannot be followed, and says so', () => {
  const root = tree({
    'a/prisma/migrations/migration_lock.toml': 'provider = "mysql"\n',
    'a/prisma/migrations/1_a/migration.sql': sql,
    'b/drizzle/meta/_journal.json': '{"dialect":"sqlite","entries":[{"tag":"0000_a"}]}',
    'b/drizzle/0000_a.sql': sql,
    'c/drizzle/meta/_journal.json': '{"dialect":"postgresql","entries":[{"tag":"0000_gone"}]}',
    'd/drizzle/meta/_journal.json': '{"dialect":"postgresql","entries":[{"tag":"0000_a"}]}',
    'd/drizzle/0000_a.sql': sql,
    'e/clickhouse/migrations/1_a.up.sql': sql,
  })
  expect(findHistories(root)).toEqual({
    histories: [{ path: 'd/drizzle', layout: 'drizzle', files: 1 }],
    notes: [
      'a/prisma/migrations is passed over: its migrations are for mysql',
      'b/drizzle is passed over: its migrations are for sqlite',
      'c/drizzle/meta/_journal.json is passed over: it names 0000_gone.sql, which is not there',
      'e/clickhouse/migrations is passed over: its migrations are for clickhouse',
    ],
  })
})
