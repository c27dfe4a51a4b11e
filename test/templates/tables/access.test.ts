import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../../../src/sql/parse.ts'
import { createTenantPartition } from '../../../src/templates/tables/partition.ts'
import { createTenantTable } from '../../../src/templates/tables/tenant-table.ts'
import { testServer } from '../../server.ts'
import { Attempt, seed } from './attacks.ts'
import { type Actor, otherParty, ownParty, Scene } from './scene.ts'

const server = testServer()
const invoices = { table: { namespace: 'public', name: 'invoices' } }
const journal = { table: { namespace: 'public', name: 'journal' } }
const events = { table: { namespace: 'public', name: 'events' } }
const accounts = { table: { namespace: 'billing', name: 'accounts' } }
const note = { name: 'note', definition: "text not null default 'note'" }
const denied = '42501'

let scene: Scene
let on: Attempt

beforeAll(async () => {
  await loadParser()
  scene = await Scene.open(server(), {
    declared: {
      supportRole: 'support_desk',
      systemTasks: [
        { name: 'nightly-billing', role: 'billing_task', reason: 'bills all tenants' },
        { name: 'cleanup', role: 'cleanup_task', reason: 'deletes what is old' },
      ],
    },
  })
  const { blueprint } = scene
  await scene.migrate([
    ...createTenantTable(blueprint, {
      ...invoices,
      columns: [note, { name: 'number', definition: 'serial' }],
      roles: { update: ['owner', 'admin'], delete: ['owner'] },
      support: true,
      tasks: { 'nightly-billing': ['select', 'update', 'insert'] },
    }).up,
    ...createTenantTable(blueprint, { ...journal, columns: [note], roles: { update: [], delete: [] } }).up,
    ...createTenantTable(blueprint, {
      ...events,
      columns: [note],
      partitionBy: { strategy: 'hash', columns: ['tenant_id'] },
    }).up,
    ...createTenantPartition(blueprint, {
      table: { namespace: 'public', name: 'events_all' },
      of: events.table,
      bound: { modulus: 1, remainder: 0 },
      partitionBy: { strategy: 'hash', columns: ['id'] },
    }).up,
    ...createTenantPartition(blueprint, {
      table: { namespace: 'public', name: 'events_part' },
      of: { namespace: 'public', name: 'events_all' },
      bound: { modulus: 1, remainder: 0 },
    }).up,
    'create schema billing',
    ...createTenantTable(blueprint, {
      ...accounts,
      columns: [note],
      support: true,
      tasks: { cleanup: ['select', 'delete'] },
    }).up,
  ])
  await scene.settle()
  for (const target of [invoices, journal, events, accounts]) await seed(scene, target)
  on = new Attempt(scene, invoices)
}, 60_000)
afterAll(async () => {
  await scene.close()
})

test('nothing is unmodelled, both sources tell the same, and no check finds anything', async () => {
  await scene.expectSafe()
})

describe('roles for each command', () => {
  const changes = ["update public.invoices set note = 'x'", 'delete from public.invoices']
  test.each([
    { person: 'owner', updated: 3, deleted: 3 },
    { person: 'admin', updated: 3, deleted: 0 },
    { person: 'member', updated: 0, deleted: 0 },
  ] as const)(
    'an $person updates $updated rows and deletes $deleted',
    async ({ person, updated, deleted }) => {
      const actor = scene.member(ownParty, ownParty[person])
      await on.touched('select from public.invoices', 3, actor)
      await on.touched(changes[0] ?? '', updated, actor)
      await on.touched(changes[1] ?? '', deleted, actor)
      await on.touched(on.insert(), 1, actor)
    },
  )

  test('an upsert that would change a row is refused to who may not update', async () => {
    const actor = scene.member(ownParty, ownParty.member)
    const upsert = `insert into public.invoices (id) select id from public.invoices
      on conflict (tenant_id, id) do update set note = 'x'`
    await on.refused(upsert, denied, actor)
  })

  test('a command that is open to no role is not granted', async () => {
    const actor = scene.member(ownParty, ownParty.owner)
    await on.touched('select from public.journal', 3, actor)
    await on.touched('insert into public.journal default values', 1, actor)
    await on.refused("update public.journal set note = 'x'", denied, actor)
    await on.refused('delete from public.journal', denied, actor)
  })
})

describe('support', () => {
  const support = (...before: string[]): Actor => ({ role: 'support_desk', before })
  const begin = (tenant: string) => `select app.begin_support('${tenant}', 'ticket 12')`

  test('reads the one tenant that it opened', async () => {
    const opened = support(begin(scene.key(otherParty)))
    const keys = await on.keys(opened, 'select distinct tenant_id from public.invoices')
    expect(keys).toEqual([scene.key(otherParty)])
  })

  test('reads nothing before, and nothing with settings alone', async () => {
    await on.touched('select from public.invoices', 0, support())
    const forged = { role: 'support_desk', tenant: scene.key(ownParty), user: ownParty.owner }
    await on.touched('select from public.invoices', 0, forged)
  })

  test('writes nothing, and reads no table that is not open to it', async () => {
    const opened = support(begin(scene.key(ownParty)))
    await on.refused("update public.invoices set note = 'x'", denied, opened)
    await on.refused('delete from public.invoices', denied, opened)
    await on.refused(on.insert(on.literal(ownParty)), denied, opened)
    await on.refused('select from public.journal', denied, opened)
  })
})

describe('a system task', () => {
  const task = (...before: string[]): Actor => ({ role: 'billing_task', before })
  const begin = "select app.begin_system_task('nightly-billing', 'monthly run')"

  test('works on the rows of all tenants once it has begun', async () => {
    await on.touched('select from public.invoices', 7, task(begin))
    await on.touched("update public.invoices set note = 'billed'", 7, task(begin))
    await on.touched(on.insert(on.literal(otherParty)), 1, task(begin))
  })

  test('sees nothing before it has begun', async () => {
    await on.touched('select from public.invoices', 0, task())
    await on.touched("update public.invoices set note = 'x'", 0, task())
    await on.refused(on.insert(on.literal(ownParty)), denied, task())
  })

  test('runs no command and touches no table that it was not given', async () => {
    await on.refused('delete from public.invoices', denied, task(begin))
    await on.refused('truncate public.invoices', denied, task(begin))
    await on.refused('select from public.journal', denied, task(begin))
  })

  test('opens nothing to the role of another task, nor to the application', async () => {
    const other = { role: 'cleanup_task', before: ["select app.begin_system_task('cleanup', 'x')"] }
    await on.refused('select from public.invoices', denied, other)
    await on.refused(begin, denied, { role: 'cleanup_task' })
    await on.refused(begin, denied, on.me)
  })
})

describe('what stands behind a table', () => {
  test('the application uses the sequence of a serial column, and reads it as little as anybody else', async () => {
    await on.touched('insert into public.invoices default values', 1)
    await on.refused('select last_value from public.invoices_number_seq')
    await on.refused("select setval('public.invoices_number_seq', 1)")
  })

  test('a table in a namespace of its own is reached by all who are meant', async () => {
    const support = {
      role: 'support_desk',
      before: [`select app.begin_support('${scene.key(ownParty)}', 'x')`],
    }
    const task = { role: 'cleanup_task', before: ["select app.begin_system_task('cleanup', 'x')"] }
    await on.touched('select from billing.accounts', 3)
    await on.touched('select from billing.accounts', 3, support)
    await on.touched('delete from billing.accounts', 7, task)
    await on.refused('select from billing.accounts', denied, { role: 'billing_task' })
  })

  test('a partition is reached through its table alone', async () => {
    await on.touched('select from public.events', 3)
    await on.refused('select from public.events_all')
    await on.refused('select from public.events_part')
    await on.refused('insert into public.events_all default values')
    await on.refused('delete from public.events_all')
    const owner: Actor = { role: null, tenant: scene.key(ownParty), user: ownParty.owner }
    await on.touched('select from public.events_all', 0, owner)
  })

  test('a partition that is granted by mistake shows the own tenant alone', async () => {
    await scene.byHand('grant select, update, delete on public.events_all to app_user')
    await on.touched('select from public.events_all', 3)
    await on.touched("update public.events_all set note = 'x'", 3)
    await on.touched('delete from public.events_all', 3)
  })

  test('a loose policy that comes later lets the application see no more', async () => {
    await scene.byHand('create policy loose on public.invoices using (true) with check (true)')
    await on.touched('select from public.invoices', 3)
    await on.refused(on.insert(on.literal(otherParty)))
    await on.touched('select from public.invoices', 0, { role: 'app_user' })
    const opened = [`select app.begin_support('${scene.key(otherParty)}', 'ticket 12')`]
    await on.touched('select from public.invoices', 4, { role: 'support_desk', before: opened })
    await scene.byHand('drop policy loose on public.invoices')
  })
})
