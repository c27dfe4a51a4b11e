import type { AccessPriv, Node } from 'libpg-query'
import type { DefaultPrivilege, Grant, Provenance, RoleName } from '../model/schema-model.ts'
import { as, strings } from '../sql/node.ts'
import type { State } from './state.ts'

/** What ALL means for a kind of object, in PostgreSQL 17 and later. */
const allPrivileges = {
  tables: ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'],
  columns: ['select', 'insert', 'update', 'references'],
  sequences: ['select', 'update', 'usage'],
  routines: ['execute'],
  schemas: ['create', 'usage'],
  types: ['usage'],
  'large-objects': ['select', 'update'],
} as const satisfies Record<DefaultPrivilege['objects'] | 'columns', readonly string[]>

/** What PostgreSQL grants to PUBLIC on a new object. */
export const builtInPublic: Readonly<Record<DefaultPrivilege['objects'], readonly string[]>> = {
  tables: [],
  sequences: [],
  routines: ['execute'],
  types: ['usage'],
  schemas: [],
  'large-objects': [],
}

/** A GRANT or REVOKE, once what it names is resolved. */
export interface PrivilegeChange {
  readonly isGrant: boolean
  readonly grantees: readonly RoleName[]
  /** Each with its columns, null for the whole object. */
  readonly privileges: readonly { readonly name: string; readonly columns: readonly string[] | null }[]
  /** WITH GRANT OPTION, or REVOKE GRANT OPTION FOR. */
  readonly grantOption: boolean
  /** The role that makes it, where it has nothing to say about what the owner owns; it takes back nothing that it did not grant. */
  readonly strangerTo: (owner: RoleName | null) => RoleName | null
  readonly source: Provenance
}

/** The privileges that a GRANT names, ALL spelt out. */
export function namedPrivileges(
  nodes: readonly Node[] | undefined,
  objects: DefaultPrivilege['objects'],
): PrivilegeChange['privileges'] {
  if (nodes === undefined) return allPrivileges[objects].map((name) => ({ name, columns: null }))
  return nodes.flatMap((node) => {
    const { priv_name, cols }: AccessPriv = as(node, 'AccessPriv') ?? {}
    const columns = cols === undefined ? null : strings(cols)
    const all = columns === null ? allPrivileges[objects] : allPrivileges.columns
    return (priv_name === undefined ? all : [priv_name]).map((name) => ({ name, columns }))
  })
}

/** What privileges are granted on. */
interface Owned {
  readonly owner: RoleName | null
  readonly grants: readonly Grant[]
}

/** The grants of an object after a GRANT or REVOKE. What the owner may do goes without a grant and is never listed. */
export function changedGrants({ owner, grants }: Owned, change: PrivilegeChange): readonly Grant[] {
  const stranger = change.strangerTo(owner)
  let result = grants
  for (const grantee of change.grantees) {
    if (grantee === owner) continue
    for (const { name, columns } of change.privileges) {
      if (stranger !== null && !(change.isGrant && mayPassOn(grants, stranger, name))) continue
      result = change.isGrant
        ? granted(result, grantee, name, columns, change)
        : result.flatMap((grant) =>
            grant.grantee === grantee && grant.privilege === name ? revoked(grant, columns, change) : grant,
          )
    }
  }
  return result
}

/** An object given to another owner, who needs no longer what was granted to it, and does not get it back later. */
export function ownedBy({ grants }: Owned, owner: RoleName | null): Owned {
  return { owner, grants: withoutGrantee(grants, owner) }
}

function withoutGrantee(grants: readonly Grant[], role: RoleName | null): readonly Grant[] {
  return grants.some(({ grantee }) => grantee === role)
    ? grants.filter(({ grantee }) => grantee !== role)
    : grants
}

/** Whether a role that is not the owner holds the privilege with its grant option; without it GRANT only warns. */
function mayPassOn(grants: readonly Grant[], role: RoleName, privilege: string): boolean {
  return grants.some((grant) => grant.grantee === role && grant.privilege === privilege && grant.grantable)
}

function granted(
  grants: readonly Grant[],
  grantee: RoleName,
  privilege: string,
  columns: readonly string[] | null,
  { grantOption, source }: PrivilegeChange,
): readonly Grant[] {
  const at = grants.findIndex(
    (grant) =>
      grant.grantee === grantee &&
      grant.privilege === privilege &&
      (columns === null ? grant.columns === null : grant.columns !== null && grant.grantable === grantOption),
  )
  const before = grants[at]
  const after: Grant = {
    grantee,
    privilege,
    columns: columns === null ? null : [...new Set([...(before?.columns ?? []), ...columns])],
    grantable: grantOption || (before?.grantable ?? false),
    source,
  }
  return before === undefined ? [...grants, after] : grants.with(at, after)
}

/** A privilege taken from the whole relation is taken from its columns too; one taken from columns stays on the whole. */
function revoked(
  grant: Grant,
  columns: readonly string[] | null,
  { grantOption, source }: PrivilegeChange,
): readonly Grant[] {
  if (columns !== null && grant.columns === null) return [grant]
  if (columns === null || grant.columns === null) {
    return grantOption ? [{ ...grant, grantable: false, source }] : []
  }
  const hit = grant.columns.filter((column) => columns.includes(column))
  const kept = grant.columns.filter((column) => !columns.includes(column))
  const rest = kept.length === 0 ? [] : [{ ...grant, columns: kept }]
  return grantOption && hit.length > 0
    ? [...rest, { ...grant, columns: hit, grantable: false, source }]
    : rest
}

/** The role as default privileges are kept for it: null for the one that runs the migrations. */
export function creatorOf({ migrationRole }: State, role: RoleName | null): RoleName | null {
  return role === migrationRole ? null : role
}

/**
 * What a new object is granted by itself: PostgreSQL's own defaults as ALTER DEFAULT PRIVILEGES left them, and what it
 * added. Which role creates the object is often not known; then what was set FOR ROLE anyone counts where it grants, but
 * for a role that the history itself has made.
 */
export function initialGrants(
  state: State,
  objects: DefaultPrivilege['objects'],
  namespace: string,
  role = state.session.role,
): readonly Grant[] {
  const creator = creatorOf(state, role)
  const rows = [...state.defaultPrivileges.values()].filter(
    (row) => row.objects === objects && (row.namespace === null || row.namespace === namespace),
  )
  const taken = rows.filter((row) => row.revoked && row.forRole === creator).flatMap((row) => row.privileges)
  const builtIn: Grant[] = builtInPublic[objects]
    .filter((privilege) => !taken.includes(privilege))
    .map((privilege) => ({ grantee: 'public', privilege, columns: null, grantable: false, source: null }))
  const mayCreate = ({ forRole }: DefaultPrivilege) =>
    creator === null
      ? forRole === null || !state.roles.has(forRole) || state.platformRoles.has(forRole)
      : forRole === creator
  const grants = rows
    .filter((row) => !row.revoked && mayCreate(row))
    .reduce<readonly Grant[]>(
      (grants, { grantee, privileges, grantable, source }) =>
        privileges.reduce<readonly Grant[]>((all, privilege) => {
          const same = all.find((grant) => grant.grantee === grantee && grant.privilege === privilege)
          if (same?.grantable || (same !== undefined && !grantable)) return all
          const grant: Grant = { grantee, privilege, columns: null, grantable, source }
          return [...all.filter((each) => each !== same), grant]
        }, grants),
      builtIn,
    )
  return withoutGrantee(grants, creator)
}
