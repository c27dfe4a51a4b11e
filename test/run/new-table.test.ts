import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { judge } from '../../src/run/check.ts'
import { noServer } from '../../src/run/fix.ts'
import { loadHistory } from '../../src/run/load-history.ts'
import { type NewOptions, newTable } from '../../src/run/new-table.ts'
import { columnCall, keyTo, readColumn } from '../../src/run/new-table-columns.ts'
import { readNewTable, type SaidOfTable } from '../../src/run/new-table-request.ts'
import type { RunRequest } from '../../src/run/request.ts'
import { writeMigration } from '../../src/run/write-migration.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { type TenancyInput, tenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { tree } from '../replay/layouts/tree.ts'
import { testServer } from '../server.ts'

const server = testServer()

beforeAll(loadParser)

const now = new Date('2027-01-31T12:34:56Z')
const nothing: SaidOfTable = { tenancy: false, column: [], roles: [], global: false }

function requestFor(cwd: string, tenancy: TenancyInput = {}): RunRequest {
  const config = { file: 'ringfence.config.json', checks: {}, paths: [], baseline: null }
  const migrations = [{ path: 'm', layout: 'numbered' as const }]
  return {
    cwd,
    paths: [],
    layout: null,
    config: { ...config, migrations, tenancy: tenancyDeclaration.parse(tenancy) },
  }
}

function options(
  table: string | undefined,
  said: Partial<SaidOfTable>,
  more: Partial<NewOptions> = {},
): NewOptions {
  const asked = readNewTable(table, { ...nothing, ...said })
  return { table: asked, appRole: null, isProgram: null, name: null, now, isPlaced: false, ...more }
}

/** A project whose first migration is the tenancy, and the tenancy that it says to declare. */
async function project(): Promise<{ readonly cwd: string; readonly request: RunRequest }> {
  const empty = requestFor(tree({ 'README.md': '' }), { appRoles: ['app_user'] })
  const config = empty.config === null ? null : { ...empty.config, migrations: [] }
  const { text, brings, notes } = await newTable({ ...empty, config }, options(undefined, { tenancy: true }))
  expect(brings.map(({ key, found }) => [key, found.message])).toEqual([])
  const said = JSON.parse(`{${notes.at(-1)?.slice('declare in the config: '.length)}}`)
  const cwd = tree({ 'm/000_billing.sql': 'create schema billing;', 'm/001_create_tenancy.sql': text })
  return { cwd, request: requestFor(cwd, { appRoles: ['app_user'], ...said.tenancy }) }
}

async function findingsIn(request: RunRequest): Promise<string[]> {
  const { result } = await judge(await loadHistory(request), request, noServer)
  return result.findings.map(({ check, subject }) => `${check} ${subject}`)
}

describe('a table from the command line', () => {
  test('migrations from nothing to a child table have no finding, and run on a server', async () => {
    const { cwd, request } = await project()
    const written: string[] = []
    const add = async (table: string, said: Partial<SaidOfTable>) => {
      const { planned, brings } = await newTable(request, options(table, said, { isPlaced: true }))
      expect(brings.map(({ key, found }) => [key, found.message])).toEqual([])
      writeMigration(planned?.files ?? [])
      written.push(...(planned?.files ?? []).map(({ file }) => file))
    }
    await add('invoices', { column: ['number:integer', 'note:text?'], roles: ['delete=owner,admin'] })
    await add('billing.invoice_lines', { parent: 'invoices', column: ['amount:numeric(12,2)'] })
    await add('"Odd Name"', { column: ['"order":text', 'id_of:bigserial'], roles: ['delete='] })
    expect(written).toEqual([
      'm/002_create_invoices.sql',
      'm/003_create_invoice_lines.sql',
      'm/004_create_odd_name.sql',
    ])
    expect(await findingsIn(request)).toEqual([])
    const database = await server().createDatabase()
    const connection = await database.connect()
    for (const file of readdirSync(join(cwd, 'm')).sort()) {
      await connection.query(readFileSync(join(cwd, 'm', file), 'utf8'))
    }
    const columns = `select string_agg(attname || ' ' || attnotnull, ', ' order by attnum) as columns
      from pg_attribute where attnum > 0 and attrelid = 'public.invoices'::regclass`
    expect(await connection.query(columns)).toMatchObject([
      { columns: 'tenant_id true, id true, number true, note false' },
    ])
    await connection.close()
  })

  test('a shared table is clean where the config declares it, and the sentence says how', async () => {
    const { request } = await project()
    const { notes, brings, text } = await newTable(
      request,
      options('currencies', { global: true, reason: "ISO '4217'", column: ['code:text'] }),
    )
    expect(brings.map(({ key, found }) => [key, found.message])).toEqual([])
    expect(notes.at(-1)).toBe(
      `declare in the config: "tenancy": {"globalTables":[{"relation":"public.currencies","reason":"ISO '4217'"}]}`,
    )
    expect(text).toContain("comment on table public.currencies is 'Shared by all tenants: ISO ''4217'''")
  })

  test('a program for Kysely says the same', async () => {
    const { request } = await project()
    const { text } = await newTable(
      request,
      options(
        'invoices',
        { column: ['number:integer', 'at:timestamptz?', 'code:varchar(3)'], roles: ['delete=owner'] },
        { isProgram: true },
      ),
    )
    expect(text).toBe(`import { sql } from 'kysely'
import type { MigrationDb } from 'ringfence/kysely'
import { tenancy } from '../tenancy.ts'

export async function up(db: MigrationDb): Promise<void> {
  await tenancy
    .createTenantTable(db, 'invoices', { roles: { delete: ['owner'] } })
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('at', 'timestamptz')
    .addColumn('code', sql\`character varying(3)\`, (c) => c.notNull())
    .execute()
}

export async function down(db: MigrationDb): Promise<void> {
  await tenancy.dropTenantTable(db, 'invoices')
}
`)
  })

  test.each([
    [
      'without the tenancy',
      'create table public.tenants (id uuid primary key, tenant_id uuid);',
      {},
      'current_tenant_id',
    ],
    ['that is there', null, { table: 'tenants' }, 'public.tenants is there already'],
    [
      'of a parent that is not there',
      null,
      { parent: 'orders' },
      'the migrations do not create public.orders',
    ],
    [
      'of a parent without the key',
      null,
      { parent: 'tenants' },
      'has no unique constraint over tenant_id, id',
    ],
    ['in a schema that is not there', null, { table: 'shop.orders' }, 'do not create the schema shop'],
    ['with a name of 64 bytes', null, { table: 'x'.repeat(64) }, 'PostgreSQL keeps 63'],
    ['with a role that members cannot have', null, { roles: ['delete=boss'] }, 'members have no role boss'],
    ['with the key twice', null, { column: ['tenant_id:uuid'] }, 'the table has the column tenant_id anyway'],
  ])(
    'a table %s is refused',
    async (_, sql, {
      table = 'invoices',
      ...said
    }: { readonly table?: string } & Partial<SaidOfTable>, message) => {
      const request =
        sql === null
          ? (await project()).request
          : requestFor(tree({ 'm/1_a.sql': sql }), { appRoles: ['app_user'] })
      await expect(newTable(request, options(table, said))).rejects.toMatchObject({
        name: 'InputError',
        message: expect.stringContaining(message),
      })
    },
  )
})

test.each([
  [undefined, {}, 'no table is named'],
  ['Invoices', {}, 'capital letters'],
  ['invoices', { global: true }, '--global takes the reason'],
  ['invoices', { reason: 'ISO 4217' }, '--reason is that of --global'],
  ['invoices', { global: true, reason: 'x', parent: 'orders' }, 'has no parent'],
  ['invoices', { tenancy: true }, 'takes no table'],
  ['invoices', { roles: ['remove=owner'] }, 'known are select'],
  ['invoices', { column: ['a:text', 'a:uuid'] }, 'two columns are named a'],
])('%s with %j is refused', (table, said, message) => {
  expect(() => readNewTable(table, { ...nothing, ...said })).toThrow(message)
})

describe('a column', () => {
  test.each([
    ['number:integer', 'number integer not null'],
    ['note: text ?', 'note text'],
    ['"Mixed":varchar(20)', 'Mixed character varying(20) not null'],
    ['"a:b":text', 'a:b text not null'],
    ['tags:text[]', 'tags text[] not null'],
    ['place:app.address', 'place app.address not null'],
    ['at:timestamp with time zone', 'at timestamp with time zone not null'],
  ])('%s is one of that type', (text, expected) => {
    const { name, type, notNull } = readColumn(text)
    expect(`${name} ${type}${notNull ? ' not null' : ''}`).toBe(expected)
  })

  test.each([
    'number',
    ':text',
    'n:',
    'Mixed:text',
    'a.b:text',
    'n:integer default 1',
    'n:integer not null',
    'n:integer references public.tenants',
    'n:integer, m integer',
    'n:integer); drop table public.tenants; --',
    'n:integer) partition by list (c',
    'n:integer) inherits (public.tenants',
    'n:integer) with (fillfactor = 10',
    'n:integer) tablespace pg_default --',
    'n:text collate "C"',
    'n:text storage plain',
    'n:int generated always as identity',
    'n:int) on commit drop --',
  ])('%s is refused', (text) => {
    expect(() => readColumn(text)).toThrow(expect.objectContaining({ name: 'InputError' }))
  })

  test('a name with quotes stays a string of the program', () => {
    expect(columnCall({ name: `o'b"r\n`, type: 'text', notNull: false })).toBe(
      `.addColumn('o\\'b"r\\n', 'text')`,
    )
  })

  test.each([
    ['orders', 'order_id'],
    ['companies', 'company_id'],
    ['addresses', 'address_id'],
    ['boxes', 'box_id'],
    ['staff', 'staff_id'],
    ['days', 'day_id'],
    ['houses', 'house_id'],
  ])('of the rows of %s is %s', (table, column) => {
    expect(keyTo(table)).toBe(column)
  })
})
