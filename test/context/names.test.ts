import { expect, test } from 'vitest'
import { tenantContext } from '../../src/pg.ts'
import { sql } from '../../src/sql/template.ts'
import { blueprintOf } from '../../src/templates/blueprint.ts'
import { createTenantTable } from '../../src/templates/tables/tenant-table.ts'
import { createTenancy } from '../../src/templates/tenancy/tenancy.ts'
import { testServer } from '../server.ts'
import { look, poolOf } from './tenancy.ts'

const server = testServer()
const declaration = {
  appRole: 'The "app"',
  keyType: 'bigint',
  userKeyType: 'text',
  tenantKey: 'company',
  context: { tenantSetting: 'my.company', userSetting: 'my.person', namespace: 'select' },
  systemTasks: [{ name: "it's time", role: 'Task', reason: 'quoting' }],
  supportRole: 'user',
} as const
const { withTenant, withUser, withSystemTask, withSupport } = tenantContext(declaration)

test('names and types of keys are those of the declaration, whatever has to be quoted', async () => {
  const database = await server().createDatabase()
  const blueprint = blueprintOf(declaration, declaration.appRole)
  const { up } = createTenantTable(blueprint, {
    table: { namespace: 'public', name: 'order' },
    columns: [{ name: 'note', definition: 'text' }],
    support: true,
    tasks: { "it's time": ['select'] },
  })
  await look(database, 'create role migrator createrole; grant create on schema public to migrator')
  await look(database, `alter database ${database.name} owner to migrator`)
  const migrator = await database.connect({ settings: { role: 'migrator' } })
  for (const statement of [...createTenancy(blueprint), ...up]) await migrator.query(statement)
  await migrator.close()
  await look(database, 'create role web login noinherit; grant "The ""app""", "Task", "user" to web')

  const pool = poolOf(database, { max: 1 }, 'web')
  const create = sql`select "select".create_tenant('company') as id`
  const ids = []
  for (const userId of ["o'hara", '\\']) {
    const { rows } = await withUser(pool, { userId }, (client) => client.query<{ id: string }>(create))
    const tenantId = BigInt(rows[0]?.id ?? 0)
    ids.push(tenantId)
    await withTenant(pool, { tenantId, userId }, (client) =>
      client.query('insert into "order" (note) values ($1)', [userId]),
    )
  }
  const [first = 0n, second = 0n] = ids
  const notes = 'select note from "order" order by note'
  const own = { tenantId: Number(first), userId: "o'hara" }
  expect((await withTenant(pool, own, (c) => c.query(notes))).rows).toEqual([{ note: "o'hara" }])
  const forged = { tenantId: `${second}`, userId: "o'hara" }
  expect((await withTenant(pool, forged, (c) => c.query(notes))).rows).toEqual([])
  const task = { task: "it's time", reason: "it's \\ time" } as const
  expect((await withSystemTask(pool, task, (c) => c.query(notes))).rowCount).toBe(2)
  const support = { tenantId: second, reason: 'ticket', userId: 'helper' }
  expect((await withSupport(pool, support, (c) => c.query(notes))).rows).toEqual([{ note: '\\' }])
  expect(
    await look(database, 'select role, name, reason, user_id from "select".access_log order by id'),
  ).toEqual([
    { role: 'Task', name: "it's time", reason: "it's \\ time", user_id: null },
    { role: 'user', name: 'support', reason: 'ticket', user_id: 'helper' },
  ])
})
