import type { Relation, RoleName, SchemaModel } from '../../model/schema-model.ts'
import { appRolesOf, isExempt } from '../../policy/roles.ts'
import type { Tenancy } from '../../tenancy/tenancy.ts'

/** A role that the application may run under. */
export interface RoleCandidate {
  readonly name: RoleName
  /** How many policies name it. */
  readonly policies: number
  /** On how many tables it has a privilege, and which ones it has on any. */
  readonly tables: number
  readonly privileges: readonly string[]
}

const ofRows: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete'])

/** Roles that policies name or that may read or write rows, but for owners and those that row security doesn't bind. */
export function appRoleCandidates(
  model: SchemaModel,
  tenancy: Tenancy,
  tables: readonly Relation[],
): RoleCandidate[] {
  const named = appRolesOf(model, { ...tenancy, appRoles: [] })
  const owners = new Set([...model.relations.values()].map(({ owner }) => owner))
  const granted = tables.flatMap(({ grants }) =>
    grants.flatMap(({ grantee, privilege }) => (ofRows.has(privilege) ? grantee : [])),
  )
  const names = [...new Set([...named, ...granted])].filter(
    (name) => name !== 'public' && !isExempt(model, name) && !owners.has(name),
  )
  return names
    .map((name) => candidateOf(name, tables))
    .sort((a, b) => b.policies - a.policies || b.tables - a.tables || (a.name < b.name ? -1 : 1))
}

function candidateOf(name: RoleName, tables: readonly Relation[]): RoleCandidate {
  const policies = tables.flatMap((table) => table.policies.filter(({ roles }) => roles.includes(name)))
  const granted = tables.map(({ grants }) =>
    grants.filter(({ grantee, privilege }) => grantee === name && ofRows.has(privilege)),
  )
  return {
    name,
    policies: policies.length,
    tables: granted.filter((some) => some.length > 0).length,
    privileges: [...ofRows].filter((one) => granted.flat().some(({ privilege }) => privilege === one)),
  }
}
