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

/** The grants of an object after a GRANT or REVOKE. What the owner may do goes without a grant and is never listed. */
export function changedGrants(grants: readonly Grant[], change: PrivilegeChange): readonly Grant[] {
  let result = grants
  for (const grantee of change.grantees) {
    for (const { name, columns } of change.privileges) {
      result = change.isGrant
        ? granted(result, grantee, name, columns, change)
        : result.flatMap((grant) =>
            grant.grantee === grantee && grant.privilege === name ? revoked(grant, columns, change) : grant,
          )
    }
  }
  return result
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

/**
 * What a new object is granted by itself: PostgreSQL's own defaults as ALTER DEFAULT PRIVILEGES left them, and what it
 * added. Which role creates the object is often not known; then what was set FOR ROLE anyone counts where it grants.
 */
export function initialGrants(
  state: State,
  objects: DefaultPrivilege['objects'],
  namespace: string,
): readonly Grant[] {
  const creator = state.session.role
  const rows = [...state.defaultPrivileges.values()].filter(
    (row) => row.objects === objects && (row.namespace === null || row.namespace === namespace),
  )
  const taken = rows.filter((row) => row.revoked && row.forRole === creator).flatMap((row) => row.privileges)
  const builtIn: Grant[] = builtInPublic[objects]
    .filter((privilege) => !taken.includes(privilege))
    .map((privilege) => ({ grantee: 'public', privilege, columns: null, grantable: false, source: null }))
  return rows
    .filter((row) => !row.revoked && (creator === null || row.forRole === creator))
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
}
