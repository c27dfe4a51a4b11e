import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import { defineTenancy, tenantContext as kyselyContext, type TenantTransaction } from '../../src/kysely.ts'
import { tenantContext, withTenant } from '../../src/pg.ts'

declare const pool: Pool
declare const tenantId: string
declare const userId: string

const { withSystemTask, withSupport, defineJob } = tenantContext({
  systemTasks: [
    { name: 'nightly-billing', role: 'billing_task', reason: 'bills every tenant' },
    { name: 'cleanup', role: 'cleanup_task', reason: 'removes what has expired' },
  ],
})

withTenant(pool, { tenantId, userId }, async (client) => {
  await withTenant(client, { tenantId, userId, source: 'page' }, (same) => same.query('select 1'))
  // @ts-expect-error The connection is given back by the context.
  client.release()
  // @ts-expect-error The connection is ended by nobody within a context.
  client.end()
})
withTenant(pool, { tenantId, userId, source: 'export', log: true, reason: 'audit' }, async () => undefined)
// @ts-expect-error A tenant is named.
withTenant(pool, { userId }, async () => undefined)
// @ts-expect-error A user is named.
withTenant(pool, { tenantId }, async () => undefined)
// @ts-expect-error What is logged has a source.
withTenant(pool, { tenantId, userId, log: true }, async () => undefined)
// @ts-expect-error A uuid is a text.
withTenant(pool, { tenantId: 7, userId }, async () => undefined)
// @ts-expect-error The level is one of PostgreSQL's.
withTenant(pool, { tenantId, userId, isolationLevel: 'snapshot' }, async () => undefined)
// @ts-expect-error What runs in a context is waited for.
withTenant(pool, { tenantId, userId }, (client) => void client.query('select 1'))

withSystemTask(pool, { task: 'cleanup', reason: 'weekly' }, async () => undefined)
// @ts-expect-error Only tasks that the tenancy names.
withSystemTask(pool, { task: 'payroll', reason: 'weekly' }, async () => undefined)
// @ts-expect-error A task says why it runs.
withSystemTask(pool, { task: 'cleanup' }, async () => undefined)
// @ts-expect-error A tenancy without tasks runs none.
tenantContext({}).withSystemTask(pool, { task: 'cleanup', reason: 'weekly' }, async () => undefined)
// @ts-expect-error Support says why it looks.
withSupport(pool, { tenantId }, async () => undefined)
// @ts-expect-error Support never writes.
withSupport(pool, { tenantId, reason: 'ticket', accessMode: 'read write' }, async () => undefined)

const numbered = tenantContext({ keyType: 'bigint' })
numbered.withTenant(pool, { tenantId: 7n, userId }, async () => undefined)
numbered.withTenant(pool, { tenantId: 7, userId }, async () => undefined)
// @ts-expect-error The key of users is a uuid still.
numbered.withTenant(pool, { tenantId: 7n, userId: 7n }, async () => undefined)

const job = defineJob({
  name: 'remind',
  run: async (_client, { days }: { tenantId: string; userId: string; days: number }) => days,
})
job.run(pool, { tenantId, userId, days: 3 })
// @ts-expect-error An item names its tenant.
job.run(pool, { userId, days: 3 })
// @ts-expect-error An item holds what the job needs.
job.runEach(pool, [{ tenantId, userId }])
// @ts-expect-error A job that asks for no tenant.
defineJob({ name: 'remind', run: async (_client, { days }: { days: number }) => days })

interface Tables {
  invoices: { number: number }
}
declare const db: Kysely<Tables>

const tenancy = defineTenancy({
  keyType: 'text',
  systemTasks: [{ name: 'nightly-billing', role: 'billing_task', reason: 'bills every tenant' }],
})
tenancy.withTenant(db, { tenantId: 'acme', userId }, async (trx) => {
  const rows: { number: number }[] = await trx.selectFrom('invoices').select('number').execute()
  // @ts-expect-error The transaction knows its tables.
  trx.selectFrom('payments')
  return rows
})
tenancy.withSystemTask(db, { task: 'nightly-billing', reason: 'monthly run' }, async () => undefined)
// @ts-expect-error Only tasks that the tenancy names.
tenancy.withSystemTask(db, { task: 'cleanup', reason: 'monthly run' }, async () => undefined)
// @ts-expect-error A pool is for `ringfence/pg`.
tenancy.withTenant(pool, { tenantId: 'acme', userId }, async () => undefined)

kyselyContext({}).defineJob({
  name: 'remind',
  run: async (trx: TenantTransaction<Tables>, _item: { tenantId: string; userId: string }) =>
    await trx.selectFrom('invoices').selectAll().execute(),
})
