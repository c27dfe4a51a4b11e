import { type Job, type JobDefinition, type JobItem, jobOf } from '../job.ts'
import { type ContextDeclaration, contextNames } from '../names.ts'
import type {
  SupportOptions,
  SystemTaskOptions,
  TenantId,
  TenantOptions,
  UserId,
  UserOptions,
} from '../options.ts'
import { runInContext, type Transactions } from '../run.ts'
import { jobOrder, type Order, supportOrder, systemTaskOrder, tenantOrder, userOrder } from '../scope.ts'
import { PgDatabases, type PgSource } from './pg-database.ts'
import type { TenantClient } from './tenant-client.ts'

/** What a context runs: the client answers until the promise is settled. */
export type PgWork<Result> = (client: TenantClient) => Promise<Result>

/** The context at run time of one tenancy, through node-postgres. */
export interface TenantContext<Declared extends ContextDeclaration> {
  /**
   * Runs `fn` as the app role, for one user in one tenant, in a transaction that is committed when `fn` is done and rolled back when it
   * throws.
   *
   *     await withTenant(pool, { tenantId, userId, source: 'invoice page' }, (client) =>
   *       client.query('select * from invoices'),
   *     )
   *
   *     begin; select set_config('role', 'app_user', true), set_config('app.tenant_id', …, true), …
   *     select * from invoices
   *     commit
   */
  withTenant<Result>(db: PgSource, options: TenantOptions<Declared>, fn: PgWork<Result>): Promise<Result>
  /** For what a user does before a tenant is chosen: `app.create_tenant`, `app.my_tenants`, `app.accept_invitation`. */
  withUser<Result>(db: PgSource, options: UserOptions<Declared>, fn: PgWork<Result>): Promise<Result>
  /** Runs `fn` as the role of a system task, which crosses tenants; the access log tells of it. */
  withSystemTask<Result>(
    db: PgSource,
    options: SystemTaskOptions<Declared>,
    fn: PgWork<Result>,
  ): Promise<Result>
  /** Runs `fn` as the support role, which reads one tenant and writes nothing; the access log tells of it. */
  withSupport<Result>(db: PgSource, options: SupportOptions<Declared>, fn: PgWork<Result>): Promise<Result>
  /**
   *     export const remind = defineJob({ name: 'remind', run: (client, { invoiceId }: Reminder) => ... })
   *     await remind.run(pool, message)
   */
  defineJob<Item extends JobItem<TenantId<Declared>, UserId<Declared>>, Result>(
    definition: JobDefinition<TenantClient, Item, Result>,
  ): Job<PgSource, Item, Result>
}

/** The context of a tenancy; the declaration is that of the config file and of `defineTenancy`. */
export function tenantContext<const Declared extends ContextDeclaration>(
  declaration: Declared,
): TenantContext<Declared> {
  const names = contextNames(declaration)
  const databases = new PgDatabases(names)
  const transactions: Transactions = new WeakMap()
  const run = <Result>(db: PgSource, order: Order, fn: PgWork<Result>) =>
    runInContext(names, transactions, databases.of(db), order, fn)
  return {
    withTenant: async (db, options, fn) => await run(db, tenantOrder(names, options), fn),
    withUser: async (db, options, fn) => await run(db, userOrder(names, options), fn),
    withSystemTask: async (db, options, fn) => await run(db, systemTaskOrder(names, options), fn),
    withSupport: async (db, options, fn) => await run(db, supportOrder(names, options), fn),
    defineJob: (definition) =>
      jobOf(
        {
          check: (item) => void jobOrder(names, item, {}),
          enter: async (db, item, options, fn) => await run(db, jobOrder(names, item, options), fn),
        },
        definition,
      ),
  }
}
