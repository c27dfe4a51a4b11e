import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadParser } from '../../../src/sql/parse.ts'
import { createChildTable, createTenantTable } from '../../../src/templates/tables/tenant-table.ts'
import { testedMajor, testServer } from '../../server.ts'
import { Attempt, attacks, seed, type Target } from './attacks.ts'
import { Scene } from './scene.ts'

const server = testServer()
const invoices: Target = { table: { namespace: 'public', name: 'invoices' } }
const scenes: Scene[] = []

beforeAll(async () => {
  await loadParser()
  for (const _ of ['first', 'second']) {
    const scene = await Scene.open(server())
    scenes.push(scene)
    const columns = [{ name: 'note', definition: "text not null default 'note'" }]
    await scene.migrate([
      ...createTenantTable(scene.blueprint, { ...invoices, columns }).up,
      ...createChildTable(scene.blueprint, {
        table: { namespace: 'public', name: 'lines' },
        parent: { table: invoices.table, column: 'invoice_id' },
      }).up,
    ])
    await scene.settle()
    await seed(scene, invoices)
  }
}, 60_000)
afterAll(async () => {
  for (const scene of scenes) await scene.close()
})

test('in a second database of the same server, whose roles are there already, the tables are as safe', async () => {
  expect(scenes).toHaveLength(2)
  for (const scene of scenes) {
    await scene.expectSafe()
    for (const { since = 14, isFor, run } of attacks) {
      if (since <= testedMajor && isFor?.(invoices) !== false) await run(new Attempt(scene, invoices))
    }
  }
})
