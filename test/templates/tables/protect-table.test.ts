import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { differencesOf } from '../../../src/catalog/differences.ts'
import { loadParser } from '../../../src/sql/parse.ts'
import {
  type ExistingTable,
  protectTable,
  protectTableAtOnce,
  type Step,
} from '../../../src/templates/tables/protect-table.ts'
import { createTenantTable } from '../../../src/templates/tables/tenant-table.ts'
import { told } from '../../agreement/both-sources.ts'
import { testedMajor, testServer } from '../../server.ts'
import { Attempt, attacks, type Target } from './attacks.ts'
import { otherParty, ownParty, Scene } from './scene.ts'

const server = testServer()
beforeAll(loadParser)

const customers = { namespace: 'public', name: 'customers' }
const payments = { namespace: 'public', name: 'payments' }
const target: Target = { table: payments, fresh: () => ({ customer: 'gen_random_uuid()' }) }

const options: ExistingTable = {
  table: payments,
  backfill: '(select c.tenant_id from public.customers as c where c.id = payments.customer)',
  backfillReads: [customers],
  batch: 2,
}

let scene: Scene
afterEach(async () => {
  await scene.close()
  await server().reset()
})

/** A table of payments that holds rows of both tenants, and that the application and others use. */
async function inUse(): Promise<void> {
  scene = await Scene.open(server(), { before: ['create role reporting nologin'] })
  await scene.settle()
  await scene.migrate([
    ...createTenantTable(scene.blueprint, {
      table: customers,
      columns: [{ name: 'name', definition: 'text' }],
    }).up,
    'create table public.payments (id uuid primary key default gen_random_uuid(), customer uuid not null, note text)',
    'grant all on public.payments to app_user',
    'grant update (note), references on public.payments to reporting, public',
    'grant select on public.payments to reporting with grant option',
  ])
  await scene.byHand('set role reporting', 'grant select on public.payments to pg_monitor', 'reset role')
  for (const party of [ownParty, otherParty]) {
    await scene.byHand(
      `insert into public.customers (tenant_id, name) values ('${scene.key(party)}', 'Smith')`,
      `insert into public.payments (customer, note)
       select id, 'note' from public.customers, generate_series(1, ${party === ownParty ? 3 : 4})
       where tenant_id = '${scene.key(party)}'`,
    )
  }
}

async function take(steps: readonly Step[]): Promise<void> {
  for (const [at, { statements, transaction }] of steps.entries()) {
    try {
      if (transaction === 'own') await scene.migrate(statements)
      else for (const statement of statements) await scene.run(statement)
    } catch (error) {
      const cleanup = steps.slice(at + 1).find(({ isCleanup }) => isCleanup === true)
      if (cleanup !== undefined && steps[at + 1] === cleanup) await scene.migrate(cleanup.statements)
      throw error
    }
  }
}

const ways = {
  'step by step': () => take(protectTable(scene.blueprint, options).up),
  'at once': () => scene.migrate(protectTableAtOnce(scene.blueprint, options).up),
}

describe.each(Object.entries(ways))('a table in use, protected %s', (_, protect) => {
  test('is safe by both sources and every check', async () => {
    await inUse()
    await protect()
    await scene.expectSafe()
  })

  test('holds against every attack', async () => {
    await inUse()
    await protect()
    const meant = attacks.filter(({ since = 14, isFor }) => since <= testedMajor && isFor?.(target) !== false)
    for (const { run, needsFresh } of meant.map((attack) => ({ ...attack, needsFresh: false }))) {
      expect(needsFresh).toBe(false)
      await run(new Attempt(scene, target))
    }
  })
})

test('the way back leaves the table as it was, but for grants', async () => {
  await inUse()
  const before = await scene.live()
  const { up, down } = protectTable(scene.blueprint, options)
  await take(up)
  await take(down)
  const { differences } = differencesOf(before, await scene.live(), { migrationRole: 'migrator' })
  expect(differences.map(told).filter((line) => !line.includes(' grants'))).toEqual([])
  expect(await scene.refusal(scene.member(ownParty), 'select from public.payments')).toBe('42501')
})

test('a row for which nothing fills the key stops it before the table changes for anybody', async () => {
  await inUse()
  await scene.byHand('insert into public.payments (customer) values (gen_random_uuid())')
  await expect(take(protectTable(scene.blueprint, options).up)).rejects.toThrow('tenant_key_not_null')
  expect((await scene.act(scene.member(ownParty), 'select from public.payments')).rowCount).toBe(8)
})

test('a tenant that is not there stops it', async () => {
  await inUse()
  const backfill = 'gen_random_uuid()'
  const { up } = protectTable(scene.blueprint, { table: payments, backfill })
  await expect(take(up)).rejects.toThrow('tenant_key_fkey')
  const { relations } = await scene.live()
  expect(relations.get('public.tenants')?.rowSecurityForced).toBe(true)
})

test('while the application writes, no step keeps anybody waiting for longer than a moment', async () => {
  await inUse()
  const writer = await scene.database.connect()
  const waits: string[] = []
  for (const { statements, transaction, purpose } of protectTable(scene.blueprint, options).up) {
    const isLong = /while others work|batch by batch/.test(purpose)
    if (!isLong || statements.some((statement) => statement.includes('concurrently'))) {
      await take([{ statements, transaction, purpose }])
      continue
    }
    await writer.query('begin')
    await writer.query(
      'insert into public.payments (tenant_id, customer) select tenant_id, id from public.customers limit 1',
    )
    const limited = transaction === 'own' ? ["set local lock_timeout = '2s'", ...statements] : statements
    await take([{ statements: limited, transaction, purpose }]).catch((error: unknown) =>
      waits.push(`${purpose}: ${String(error)}`),
    )
    await writer.query('commit')
  }
  await writer.close()
  expect(waits).toEqual([])
})

test('a table that belongs to another one takes over its key, and refers to it within the tenant', async () => {
  await inUse()
  const refunds = { namespace: 'public', name: 'refunds' }
  await scene.migrate([
    ...protectTableAtOnce(scene.blueprint, options).up,
    'create table public.refunds (id uuid primary key default gen_random_uuid(), payment uuid not null, note text)',
  ])
  await scene.byHand("insert into public.refunds (payment, note) select id, 'note' from public.payments")
  const child: ExistingTable = { table: refunds, parent: { table: payments, column: 'payment' } }
  for (const protect of [
    () => take(protectTable(scene.blueprint, child).up),
    () => scene.migrate(protectTableAtOnce(scene.blueprint, child).up),
  ]) {
    await protect()
    await scene.expectSafe()
    const below: Target = {
      table: refunds,
      parent: { column: 'payment', table: payments },
      fresh: (key) => ({
        payment: `(select min(id::text)::uuid from public.payments where tenant_id = ${key})`,
      }),
    }
    for (const { since = 14, run } of attacks) if (since <= testedMajor) await run(new Attempt(scene, below))
    await scene.migrate(protectTableAtOnce(scene.blueprint, child).down)
  }
})
