import type { TenancyDeclaration } from '../../tenancy/declaration.ts'
import type { Deed } from './dry-run.ts'

/** What the thread that collects tells the one that asked. */
export type Answer =
  | { readonly kind: 'collected'; readonly file: string; readonly deeds: readonly Deed[] }
  /** `tenancies`: those that the migrations declared with `defineTenancy`. */
  | { readonly kind: 'done'; readonly tenancies: readonly TenancyDeclaration[] }
