import type { TenancyDeclaration } from '../../tenancy/declaration.ts'
import type { Deed } from './dry-run.ts'

/** What the thread that runs programs is asked, as the data of its worker. */
export type Task =
  /** Migrations, by absolute path, to run against no database. */
  | { readonly kind: 'collect'; readonly files: readonly string[] }
  /** One, to run against the one who asks. */
  | { readonly kind: 'run'; readonly file: string }

/** What it tells the one that asked. */
export type Answer =
  /** `tenancies`: those that the migrations declared with `defineTenancy` until then. */
  | {
      readonly kind: 'collected'
      readonly file: string
      readonly deeds: readonly Deed[]
      readonly tenancies: readonly TenancyDeclaration[]
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'query'; readonly id: number; readonly sql: string; readonly values: readonly unknown[] }
  | { readonly kind: 'failed'; readonly message: string; readonly line: number | null }

/** What comes back for a query. */
export type Reply =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly error: { readonly message: string; readonly code: string | null } }
