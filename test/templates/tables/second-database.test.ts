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

test('functions and operators that others put into the search path are not called by the migrator', async () => {
  const [scene] = scenes
  if (scene === undefined) throw new Error('no scene')
  const hijack = "language plpgsql as $$ begin raise 'hijacked'; end $$"
  await scene.byHand(
    `create function public.format(text, regclass, text) returns text ${hijack}`,
    `create function public.format(text, text, text) returns text ${hijack}`,
    `create function public.aclexplode(aclitem[]) returns table (grantee oid) ${hijack}`,
    `create function public.pg_get_serial_sequence(text, name) returns text ${hijack}`,
    `create function public.is_oid(oid, integer) returns boolean ${hijack}`,
    `create function public.is_oid(oid, regclass) returns boolean ${hijack}`,
    `create function public.is_oid("char", text) returns boolean ${hijack}`,
    'create operator public.= (leftarg = oid, rightarg = integer, function = public.is_oid)',
    'create operator public.= (leftarg = oid, rightarg = regclass, function = public.is_oid)',
    'create operator public.= (leftarg = "char", rightarg = text, function = public.is_oid)',
    'create role passer_by',
    'alter default privileges for role migrator in schema public grant all on tables to passer_by',
  )
  await scene.migrate(
    createTenantTable(scene.blueprint, {
      table: { namespace: 'public', name: 'orders' },
      columns: [{ name: 'number', definition: 'serial' }],
    }).up,
  )
  expect(await scene.refusal({ role: 'passer_by' }, 'select from public.orders')).toBe('42501')
})
