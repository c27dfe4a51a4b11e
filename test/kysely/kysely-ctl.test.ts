import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { testServer } from '../server.ts'
import { type Bed, createLogins, inventory, migrator, openBed, urlAs } from './bed.ts'
import { type ScratchProject, scratchProject } from './scratch-project.ts'

const server = testServer()
let bed: Bed
let project: ScratchProject

beforeAll(async () => {
  await createLogins(server())
  bed = await openBed(server())
  project = scratchProject(inject('cli'), join(import.meta.dirname, '../../migrations-example/kysely'))
})
afterAll(async () => {
  project.destroy()
  await bed.close()
})

const run = (...args: string[]) => project.run(args, { DATABASE_URL: urlAs(bed.database, migrator) })
const kysely = (...args: string[]) =>
  run('node_modules/kysely-ctl/dist/bin.mjs', ...args, '--no-outdated-check')

const exportsTable = (body: string) => `
import { sql } from 'kysely'
import { type MigrationDb } from 'ringfence/kysely'
import { tenancy } from '../tenancy.ts'

export async function up(db: MigrationDb): Promise<void> {
  ${body}
}
`

/** kysely-ctl goes with Kysely before 0.29. */
describe.skipIf(process.env.RINGFENCE_TEST_KYSELY)('kysely-ctl, with the config of the example', () => {
  test('migrates, refuses a migration that goes round the helper, and migrates once it is mended', async () => {
    const first = await kysely('migrate', 'latest')
    expect(first.output).toContain('006_invoice_currencies')
    expect(first.status).toBe(0)
    const before = await inventory(bed)
    expect(before).toContainEqual(expect.stringMatching(/^public\.invoices p enabled t forced t/))

    project.write(
      'migrations/007_exports.ts',
      exportsTable(
        'await sql`create table exports (id uuid primary key, tenant_id uuid not null)`.execute(db)',
      ),
    )
    const broken = await kysely('migrate', 'latest')
    expect(broken.output).toMatch(/public\.exports has no row security/)
    expect(broken.output).toMatch(/007_exports\.ts:7/)
    expect(broken.status).not.toBe(0)
    expect(await inventory(bed)).toEqual(before)

    project.write(
      'migrations/007_exports.ts',
      exportsTable("await tenancy.createTenantTable(db, 'exports').addColumn('format', 'text').execute()"),
    )
    const mended = await kysely('migrate', 'latest')
    expect(mended.output).toContain('007_exports')
    expect(mended.status).toBe(0)
    expect((await inventory(bed)).filter((line) => line.startsWith('public.exports policy'))).toHaveLength(5)
  })

  test('an audit with the declaration of the example finds nothing in what it made', async () => {
    const { status, output } = await run(
      'node_modules/ringfence/dist/cli/main.js',
      ...['audit', '--database-url', bed.database.url, '--config', 'ringfence.config.ts', '--format', 'text'],
    )
    expect(output).toMatch(/^0 errors, 0 warnings in \d+ relations /)
    expect(status).toBe(0)
  })

  test('a Migrator in code takes the same migrations, and ends in failure for a refused one', async () => {
    const migrate = ['--import', 'jiti/register', 'migrate.ts']
    expect(await run(...migrate)).toEqual({ status: 0, output: '' })

    project.write(
      'migrations/008_reports.ts',
      exportsTable("tenancy.createTenantTable(db, 'reports').addColumn('format', 'text')"),
    )
    const forgotten = await run(...migrate)
    expect(forgotten.output).toMatch(
      /createTenantTable\("reports"\) was never executed, at .*008_reports\.ts:7/,
    )
    expect(forgotten.status).toBe(1)

    project.remove('migrations/008_reports.ts')
    expect(await run(...migrate)).toEqual({ status: 0, output: '' })
  })
})
