import type { Kysely } from 'kysely'
import { type Job, type JobDefinition, type JobItem, jobOf } from '../../context/job.ts'
import { type ContextDeclaration, type ContextNames, contextNames } from '../../context/names.ts'
import type {
  SupportOptions,
  SystemTaskOptions,
  TenantId,
  TenantOptions,
  UserId,
  UserOptions,
} from '../../context/options.ts'
import { runInContext, type Transactions } from '../../context/run.ts'
import {
  jobOrder,
  type Order,
  supportOrder,
  systemTaskOrder,
  tenantOrder,
  userOrder,
} from '../../context/scope.ts'
import { kyselyDatabase, type TenantTransaction } from './kysely-database.ts'

/** What a context runs: the transaction answers until the promise is settled. */
export type KyselyWork<Tables, Result> = (trx: TenantTransaction<Tables>) => Promise<Result>

/** The context at run time of one tenancy, through Kysely. */
export interface KyselyContext<Declared extends ContextDeclaration> {
  /**
   * Runs `fn` as the app role, for one user in one tenant, in a transaction that is committed when `fn` is done and
   * rolled back when it throws.
   *
   *     await withTenant(db, { tenantId, userId, source: 'invoice page' }, (trx) =>
   *       trx.selectFrom('invoices').selectAll().execute(),
   *     )
   *
   *     begin; select set_config('role', 'app_user', true), set_config('app.tenant_id', …, true), …
   *     select * from "invoices"
   *     commit
   */
  withTenant<Tables, Result>(
    db: Kysely<Tables>,
    options: TenantOptions<Declared>,
    fn: KyselyWork<Tables, Result>,
  ): Promise<Result>
  /** For what a user does before a tenant is chosen: `app.create_tenant`, `app.my_tenants`, `app.accept_invitation`. */
  withUser<Tables, Result>(
    db: Kysely<Tables>,
    options: UserOptions<Declared>,
    fn: KyselyWork<Tables, Result>,
  ): Promise<Result>
  /** Runs `fn` as the role of a system task, which crosses tenants; the access log tells of it. */
  withSystemTask<Tables, Result>(
    db: Kysely<Tables>,
    options: SystemTaskOptions<Declared>,
    fn: KyselyWork<Tables, Result>,
  ): Promise<Result>
  /** Runs `fn` as the support role, which reads one tenant and writes nothing; the access log tells of it. */
  withSupport<Tables, Result>(
    db: Kysely<Tables>,
    options: SupportOptions<Declared>,
    fn: KyselyWork<Tables, Result>,
  ): Promise<Result>
  /**
   *     export const remind = defineJob({
   *       name: 'remind',
   *       run: (trx: TenantTransaction<Database>, { invoiceId }: Reminder) => ...,
   *     })
   *     await remind.run(db, message)
   */
  defineJob<Tables, Item extends JobItem<TenantId<Declared>, UserId<Declared>>, Result>(
    definition: JobDefinition<TenantTransaction<Tables>, Item, Result>,
  ): Job<Kysely<Tables>, Item, Result>
}

/** The context of a tenancy that is declared here and nowhere else; `defineTenancy` has it built in. */
export function tenantContext<const Declared extends ContextDeclaration>(
  declaration: Declared,
): KyselyContext<Declared> {
  return kyselyContext<Declared>(contextNames(declaration))
}

/** The context of a tenancy whose names are known: those of its blueprint. */
export function kyselyContext<Declared extends ContextDeclaration>(
  names: ContextNames,
): KyselyContext<Declared> {
  const transactions: Transactions = new WeakMap()
  const run = <Tables, Result>(db: Kysely<Tables>, order: Order, fn: KyselyWork<Tables, Result>) =>
    runInContext(names, transactions, kyselyDatabase(db), order, fn)
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
