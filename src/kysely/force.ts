import { CompiledQuery, type Kysely } from 'kysely'
import type { RelationName } from '../templates/blueprint.ts'
import { qualified } from '../templates/names.ts'
import { execute, relationOf } from './handle.ts'

/**
 * A backfill of a table whose owner is bound by row security: while FORCE stands, his `update` changes no row and says nothing. For
 * everybody else row security holds all the while. What `change` does and the two statements are one transaction.
 *
 *     await withForceSuspended(db, 'invoices', (trx) =>
 *       trx.updateTable('invoices').set({ currency: 'EUR' }).execute())
 *
 *     alter table public.invoices no force row level security
 *     update "invoices" set "currency" = 'EUR'
 *     alter table public.invoices force row level security
 */
export async function withForceSuspended<Database, Result>(
  db: Kysely<Database>,
  tables: string | readonly string[],
  change: (db: Kysely<Database>) => Promise<Result>,
): Promise<Result> {
  const names = typeof tables === 'string' ? [tables] : tables
  const relations = names.map((name) => relationOf(db, name))
  return db.isTransaction
    ? suspended(db, relations, change)
    : db.transaction().execute((transaction) => suspended(transaction, relations, change))
}

async function suspended<Database, Result>(
  db: Kysely<Database>,
  relations: readonly RelationName[],
  change: (db: Kysely<Database>) => Promise<Result>,
): Promise<Result> {
  await set(db, relations, 'no force')
  let result: Result
  try {
    result = await change(db)
  } catch (error) {
    await forceAfter(error, db, relations)
    throw error
  }
  await set(db, relations, 'force')
  return result
}

/** A transaction that the failure ended takes everything back; one that goes on must not go on without FORCE. */
async function forceAfter(
  failure: unknown,
  db: Pick<Kysely<unknown>, 'getExecutor' | 'isTransaction'>,
  relations: readonly RelationName[],
): Promise<void> {
  try {
    await set(db, relations, 'force')
  } catch (error) {
    const isOver = error instanceof Error && 'code' in error && error.code === '25P02'
    if (!isOver)
      throw new AggregateError([failure, error], 'the change failed, and FORCE could not be set again')
  }
}

async function set(
  db: Pick<Kysely<unknown>, 'getExecutor' | 'isTransaction'>,
  relations: readonly RelationName[],
  force: 'force' | 'no force',
): Promise<void> {
  for (const relation of relations) {
    await execute(db, CompiledQuery.raw(`alter table ${qualified(relation)} ${force} row level security`))
  }
}
