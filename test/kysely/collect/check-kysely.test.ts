import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type ScratchProject, scratchProject } from '../scratch-project.ts'

const example = join(import.meta.dirname, '../../../migrations-example/kysely')

let project: ScratchProject

beforeAll(() => {
  project = scratchProject(inject('cli'), example)
})

afterAll(() => project.destroy())

/** `ringfence check` with one more migration on top of the example; its findings. */
async function findingsIn(program: string, options: readonly string[] = []) {
  project.write('migrations/007_next.ts', program)
  const { output } = await project.run([
    inject('cli'),
    'check',
    'migrations',
    '--quiet',
    '--format',
    'json',
    ...options,
  ])
  const { findings } = JSON.parse(output) as {
    findings: {
      check: string
      file: string
      line: number
      endLine: number
      message: string
      subject: string
    }[]
  }
  return findings.map(({ check, file, line, endLine, message, subject }) => ({
    check,
    at: `${file}:${line}-${endLine}`,
    message,
    subject,
  }))
}

const unmodelled = (line: string, reason: string) =>
  expect.objectContaining({
    check: 'unmodelled-statement',
    at: `migrations/007_next.ts:${line}`,
    message: expect.stringContaining(reason),
  })

test('a folder of migrations for Kysely is judged by what they send, under the tenancy that they declare', async () => {
  const next = `import { tenancy } from '../tenancy.ts'
export const up = async (db) => {
  await tenancy.createTenantTable(db, 'notes').addColumn('text', 'text').execute()
}
`
  expect(await findingsIn(next)).toEqual([])
})

test('an unsafe table is found at the call that creates it', async () => {
  const next = `import { type Kysely, sql } from 'kysely'

const table: string = 'exports'
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable(table)
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('tenant_id', 'uuid', (c) => c.notNull().references('tenants.id'))
    .execute()
  await sql\`
    create index on exports (tenant_id)
  \`.execute(db)
}
`
  expect(await findingsIn(next)).toEqual([
    expect.objectContaining({
      check: 'row-security-not-enabled',
      subject: 'public.exports',
      at: 'migrations/007_next.ts:5-9',
    }),
  ])
})

test('what a query returned is not known: where it is looked at, that is an unmodelled statement', async () => {
  const next = `import { Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  await db.updateTable('invoices').set({ number: 1 }).execute()
  const unseen = await db.selectFrom('tenants').selectAll().execute()
  const all = await db.selectFrom('tenants').selectAll().execute()
  if (all.length > 3) await sql\`create table late ()\`.execute(db)
  const { numUpdatedRows } = await db.updateTable('invoices').set({ number: 1 }).executeTakeFirst()
  if (numUpdatedRows > 0n) await sql\`create table later ()\`.execute(db)
}
`
  expect(await findingsIn(next)).toEqual([
    unmodelled('6-6', 'reads what a query returns'),
    unmodelled('8-8', 'reads what a query returns'),
  ])
})

test('a migration that can not be followed to its end is an unmodelled statement, and those after it are read', async () => {
  const migrations = {
    'fails.ts': `throw new Error('out of luck')`,
    'ends.ts': 'process.exit(0)',
    'connects.ts': `await new Promise((_, fail) => { net.connect(5432).on('error', fail) })`,
    'shells.ts': `try { execSync('psql') } catch {}`,
    'maps.ts': `const seen = []; (await db.selectFrom('tenants').selectAll().execute()).map((row) => seen.push(row))`,
    'sends-late.ts': `setTimeout(() => db.schema.createTable('late').execute(), 50)`,
    'forgets.ts': `tenancy.createTenantTable(db, 'forgotten')`,
    'lacks.ts': 'missing()',
  }
  const imports = `import net from 'node:net'; import { execSync } from 'node:child_process'; import { tenancy } from '../tenancy.ts'; import 'kysely'`
  for (const [file, body] of Object.entries(migrations)) {
    const more = file === 'lacks.ts' ? `; import { missing } from './missing.ts'` : ''
    project.write(
      `migrations/100_${file}`,
      `${imports}${more}\nexport const up = async (db) => {\n  ${body}\n}\n`,
    )
  }
  const found = (await findingsIn(`import 'kysely'\n`)).map(({ at, message }) => [at, message] as const)
  for (const file of Object.keys(migrations)) project.remove(`migrations/100_${file}`)
  const told = (file: string, line: string, reason: string) => [
    expect.stringContaining(`migrations/100_${file}:${line}`),
    expect.stringContaining(reason),
  ]
  expect(found).toEqual([
    told('connects.ts', '3-3', 'no connection of its own'),
    told('ends.ts', '1-1', 'ends the process'),
    told('fails.ts', '3-3', 'out of luck'),
    told('forgets.ts', '1-1', 'was never executed'),
    told('lacks.ts', '1-1', "can't be loaded"),
    told('maps.ts', '3-3', 'reads what a query returns'),
    told('sends-late.ts', '1-1', 'leaves a timer running'),
    told('shells.ts', '', 'no connection of its own'),
  ])
})

test('with an engine a migration that reads rows is run, and what it did there counts', async () => {
  const next = `import { Kysely, sql } from 'kysely'

export async function up(db: Kysely<any>): Promise<void> {
  const { rows } = await sql\`select count(*)::int as own from pg_tables where tablename = 'tenants' and \${true}\`.execute(db)
  for (let at = 0; at < rows[0].own; at++) await sql\`create table late (tenant_id uuid not null)\`.execute(db)
}
`
  expect((await findingsIn(next)).map(({ subject }) => subject)).not.toContain('public.late')
  const settled = await findingsIn(next, ['--engine', 'embedded'])
  expect(settled.map(({ subject }) => subject)).toContain('public.late')
  expect(settled.map(({ check }) => check)).not.toContain('unmodelled-statement')
})

test('with an engine a migration that fails there ends the run, with its line', async () => {
  project.write(
    'migrations/007_next.ts',
    `import 'kysely'\nexport const up = async (db) => {\n  const [row] = await db.selectFrom('nowhere').selectAll().execute()\n}\n`,
  )
  const { status, output } = await project.run([inject('cli'), 'check', 'migrations', '--engine', 'embedded'])
  expect({ status, output }).toEqual({
    status: 2,
    output: expect.stringContaining(
      'migrations/007_next.ts:3: up() fails: relation "nowhere" does not exist',
    ),
  })
})

test('values are known where a statement is sent with parameters', async () => {
  const next = `import { sql } from 'kysely'
export const up = async (db) => {
  await sql\`select set_config('search_path', \${'other, public'}, true)\`.execute(db)
  await sql\`create schema other\`.execute(db)
  await sql\`create table here (tenant_id uuid not null)\`.execute(db)
}
`
  const subjects = (await findingsIn(next)).map(({ subject }) => subject)
  expect(subjects).toContain('other.here')
})

test('the plugins of kysely.config.ts change names, as kysely-ctl has it', async () => {
  const config = 'kysely.config.ts'
  const before = readFileSync(join(project.folder, config), 'utf8')
  project.write(
    config,
    before
      .replace('migrations: {', 'plugins: async () => [new CamelCasePlugin()],\n  migrations: {')
      .replace('PostgresDialect }', 'PostgresDialect, CamelCasePlugin }'),
  )
  const next = `import 'kysely'
export const up = (db) => db.schema.createTable('lateExports').addColumn('tenantId', 'uuid', (c) => c.notNull()).execute()
`
  const subjects = (await findingsIn(next)).map(({ subject }) => subject)
  project.write(config, before)
  expect(subjects).toContain('public.late_exports')
})

test('a comment of a program accepts as one of SQL does, and what stands in a string is none', async () => {
  const next = (comment: string) => `import { sql } from 'kysely'
${comment}
export const up = async (db) => {
  await sql\`create table countries (code text primary key)\`.execute(db)
}
`
  const accept = 'ringfence: accept row-security-not-enabled on public.countries because ISO 3166'
  const checks = async (comment: string) => (await findingsIn(next(comment))).map(({ check }) => check)
  expect(await checks(`// ${accept}`)).not.toContain('row-security-not-enabled')
  expect(await checks(`const text = \`// ${accept}\``)).toContain('row-security-not-enabled')
})

test('a program without up() is no migration, as Kysely sees it', async () => {
  expect(await findingsIn(`import 'kysely'\nexport const names = ['a']\n`)).toEqual([])
})

test('a transaction that a migration without one opens by itself and rolls back leaves nothing', async () => {
  const next = `import { Kysely, sql } from 'kysely'

export const config = { transaction: false }
export async function up(db: Kysely<any>): Promise<void> {
  await sql\`create table kept (tenant_id uuid not null)\`.execute(db)
  await db.transaction().execute(async (trx) => {
    await sql\`alter table kept enable row level security\`.execute(trx)
    throw new Error('back')
  }).catch(() => {})
}
`
  const found = (await findingsIn(next)).map(({ check, subject }) => `${check} ${subject}`)
  expect(found).toContain('row-security-not-enabled public.kept')
})
