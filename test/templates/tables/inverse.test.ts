import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differencesOf } from '../../../src/catalog/differences.ts'
import { loadParser } from '../../../src/sql/parse.ts'
import { createGlobalTable, protectGlobalTable } from '../../../src/templates/tables/global-table.ts'
import { createTenantPartition } from '../../../src/templates/tables/partition.ts'
import {
  createChildTable,
  createTenantTable,
  protectChildTable,
  protectTenantTable,
} from '../../../src/templates/tables/tenant-table.ts'
import { told } from '../../agreement/both-sources.ts'
import { testServer } from '../../server.ts'
import { Scene } from './scene.ts'

const server = testServer()
const table = (name: string) => ({ namespace: 'public', name })
const access = {
  roles: { delete: ['owner'], update: [] },
  support: true,
  tasks: { 'nightly-billing': ['select', 'update'] },
} as const
const line = { table: table('lines'), parent: { table: table('invoices'), column: 'invoice_id' }, ...access }
const currency = { table: table('currencies'), reason: 'ISO 4217', tasks: access.tasks, support: true }

let scene: Scene

beforeAll(async () => {
  await loadParser()
  scene = await Scene.open(server(), {
    declared: {
      supportRole: 'support_desk',
      systemTasks: [{ name: 'nightly-billing', role: 'billing_task', reason: 'bills all tenants' }],
    },
  })
  await scene.migrate([
    ...createTenantTable(scene.blueprint, { table: table('invoices') }).up,
    ...createTenantTable(scene.blueprint, {
      table: table('events'),
      partitionBy: { strategy: 'hash', columns: ['tenant_id'] },
    }).up,
    'create table public.plain (tenant_id uuid not null, id serial)',
    'create table public.lines (tenant_id uuid not null, id uuid, invoice_id uuid)',
    'create table public.currencies (code text)',
  ])
}, 60_000)
afterAll(() => scene.close())

const templates = {
  'a tenant table': () => createTenantTable(scene.blueprint, { table: table('orders'), ...access }),
  'a child table': () => createChildTable(scene.blueprint, { ...line, table: table('taxes') }),
  'a global table': () => createGlobalTable(scene.blueprint, { ...currency, table: table('countries') }),
  'a partition': () =>
    createTenantPartition(scene.blueprint, {
      table: table('events_1'),
      of: table('events'),
      bound: { modulus: 1, remainder: 0 },
    }),
  'what follows a tenant table': () =>
    protectTenantTable(scene.blueprint, { table: table('plain'), ...access }),
  'what follows a child table': () => protectChildTable(scene.blueprint, line),
  'what follows a global table': () => protectGlobalTable(scene.blueprint, currency),
}

describe.each(Object.entries(templates))('%s', (_, template) => {
  test('is gone without a trace after its way back, and can be made again', async () => {
    const before = await scene.live()
    const { up, down } = template()
    await scene.migrate(up)
    const between = differencesOf(before, await scene.live(), { migrationRole: 'migrator' })
    expect(between.differences).not.toEqual([])
    await scene.migrate(down)
    const { differences } = differencesOf(before, await scene.live(), { migrationRole: 'migrator' })
    const index = 'relations public.lines indexes.lines_tenant_id_invoice_id_idx: nothing | there'
    expect(differences.map(told).filter((line) => line !== index)).toEqual([])
    await scene.migrate(up)
    await scene.migrate(down)
  })
})
