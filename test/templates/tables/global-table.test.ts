import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../../../src/sql/parse.ts'
import { createGlobalTable } from '../../../src/templates/tables/global-table.ts'
import { testServer } from '../../server.ts'
import { ownParty, Scene } from './scene.ts'

const server = testServer()
const currencies = { table: { namespace: 'public', name: 'currencies' }, reason: "ISO 4217, nobody's own" }
const denied = '42501'

let scene: Scene

beforeAll(async () => {
  await loadParser()
  scene = await Scene.open(server(), {
    declared: {
      globalTables: [{ relation: 'public.currencies', reason: currencies.reason }],
      supportRole: 'support_desk',
      systemTasks: [{ name: 'rates', role: 'rates_task', reason: 'fetches the rates of the day' }],
    },
    before: [
      'create role anon nologin',
      'alter default privileges for role migrator in schema public grant all on tables to anon, public',
    ],
  })
  await scene.migrate([
    ...createGlobalTable(scene.blueprint, {
      ...currencies,
      columns: [
        { name: 'code', definition: 'text primary key' },
        { name: 'rate', definition: 'numeric not null' },
      ],
      support: true,
      tasks: { rates: ['select', 'update'] },
    }).up,
    "insert into public.currencies values ('EUR', 1), ('USD', 1.1)",
  ])
  await scene.settle()
}, 60_000)
afterAll(() => scene.close())

test('nothing is unmodelled, both sources tell the same, and no check finds anything', async () => {
  await scene.expectSafe()
})

test('the reason stands in the comment', async () => {
  const [row] = await scene.superuser.query<{ comment: string }>(
    "select obj_description('public.currencies'::regclass) as comment",
  )
  expect(row?.comment).toBe("Shared by all tenants: ISO 4217, nobody's own")
})

test('a reason that says nothing is refused', () => {
  expect(() => createGlobalTable(scene.blueprint, { ...currencies, reason: ' ' })).toThrow(
    'public.currencies is shared by all tenants without a reason',
  )
})

describe('a member of any tenant', () => {
  test('reads all rows, with a context and without one', async () => {
    expect((await scene.act(scene.member(ownParty), 'select from public.currencies')).rowCount).toBe(2)
    expect((await scene.act({ role: 'app_user' }, 'select from public.currencies')).rowCount).toBe(2)
  })

  test.each([
    "insert into public.currencies values ('CHF', 1)",
    'update public.currencies set rate = 2',
    'delete from public.currencies',
    'truncate public.currencies',
    "insert into public.currencies values ('EUR', 2) on conflict (code) do update set rate = 2",
  ])('is refused %s', async (query) => {
    expect(await scene.refusal(scene.member(ownParty), query)).toBe(denied)
  })
})

test('the owner writes it under FORCE', async () => {
  const { rowCount } = await scene.act({ role: null }, 'update public.currencies set rate = 2')
  expect(rowCount).toBe(2)
  expect(await scene.refusal({ role: null }, 'insert into public.currencies values (1, 1)')).toBeNull()
})

test('a system task writes it once it has begun', async () => {
  const update = 'update public.currencies set rate = 2'
  const task = { role: 'rates_task', before: ["select app.begin_system_task('rates', 'daily')"] }
  expect((await scene.act(task, update)).rowCount).toBe(2)
  expect((await scene.act({ role: 'rates_task' }, update)).rowCount).toBe(0)
  expect(await scene.refusal(task, 'delete from public.currencies')).toBe(denied)
})

test('strangers read nothing, whatever default privileges say', async () => {
  expect(await scene.refusal({ role: 'anon' }, 'select from public.currencies')).toBe(denied)
  expect((await scene.act({ role: 'support_desk' }, 'select from public.currencies')).rowCount).toBe(2)
})
