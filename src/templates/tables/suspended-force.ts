import type { RelationName } from '../blueprint.ts'
import { qualified } from '../names.ts'

/**
 * Statements of the owner, a backfill, while row security does not bind him: under FORCE they would change no row, and say nothing. For
 * everybody else it holds all the while. In one transaction.
 *
 *     whileForceIsSuspended([{ namespace: 'public', name: 'invoices' }], ["update public.invoices set currency = 'EUR'"])
 *
 *     alter table public.invoices no force row level security
 *     update public.invoices set currency = 'EUR'
 *     alter table public.invoices force row level security
 */
export function whileForceIsSuspended(
  tables: readonly RelationName[],
  statements: readonly string[],
): readonly string[] {
  const names = tables.map(qualified)
  return [
    ...names.map((name) => `alter table ${name} no force row level security`),
    ...statements,
    ...names.map((name) => `alter table ${name} force row level security`).reverse(),
  ]
}
