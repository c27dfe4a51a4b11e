import type { Provenance } from '../model/schema-model.ts'

export type Severity = 'error' | 'warning' | 'info'

/** What a check says of one subject. */
export interface Finding {
  readonly check: string
  readonly severity: Severity
  /** The finest object concerned: `public.invoices`, `public.invoices/tenant_isolation`. */
  readonly subject: string
  readonly message: string
  /** What to do, starting with a verb. */
  readonly help: string | null
  /** The file whose end first shows it; null where only a database does. */
  readonly file: string | null
  /** The statement to point at: of that file, or of one that it includes. */
  readonly source: Provenance | null
  readonly fingerprint: string
  /** SQL of a new forward migration that mends it, where that is mechanical. */
  readonly fix: string | null
  /** The later file whose end no longer shows it; severity is then info. */
  readonly repairedBy: string | null
}
