import type { Provenance, RelationId } from './schema-model.ts'

/** One fact that a live database holds otherwise than the migrations declare. */
export interface Drift {
  /** The object, its part and the fact: `public.invoices/own_rows/withCheck`. */
  readonly subject: string
  readonly relation: RelationId | null
  /** The object as a sentence names it: `the policy own_rows on public.invoices`. */
  readonly object: string
  /** What of it differs: `WITH CHECK`; null where one side doesn't have the object. */
  readonly fact: string | null
  /** What each side says; null for nothing. */
  readonly declared: string | null
  readonly live: string | null
  /** Where the object is declared. */
  readonly source: Provenance | null
}
