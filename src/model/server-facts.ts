import type { Drift } from './drift.ts'
import type { RoleName, RoutineId } from './schema-model.ts'

/** What only a running server knows besides the objects of the model. */
export interface ServerFacts {
  /** As `server_version_num`: 180004 for 18.4. */
  readonly version: number
  readonly database: { readonly name: string; readonly owner: RoleName }
  /** The superuser that every server begins with. */
  readonly bootstrapRole: RoleName
  /** The role that read the catalogs, and whether it is a superuser. */
  readonly reader: { readonly role: RoleName; readonly superuser: boolean }
  /** The `search_path` that the reader's session began with. */
  readonly searchPath: string
  readonly capabilities: readonly Capability[]
  /** What the database holds otherwise than the migrations declare; null where it was held against none. */
  readonly drift: readonly Drift[] | null
}

/**
 * A way out of the database that row security has no part in: `files` of the server, connections to other servers
 * (`network`), a routine in a language that isn't trusted (`untrusted-language`).
 */
export interface Capability {
  readonly kind: 'files' | 'network' | 'untrusted-language'
  /** The routine, or the foreign server by name. */
  readonly object: RoutineId | string
  /** Who may use it without being its owner or a superuser; `public` for everybody. */
  readonly grantees: readonly RoleName[]
}

/** `18` for 180004. */
export function majorOf(version: number): number {
  return Math.floor(version / 10_000)
}

/** `18.4` for 180004. */
export function versionName(version: number): string {
  return `${majorOf(version)}.${version % 10_000}`
}
