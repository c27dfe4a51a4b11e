import type { Relation, RoleName, SchemaModel } from '../../model/schema-model.ts'
import { appRolesOf, isExempt } from '../../policy/roles.ts'
import type { Platform, Tenancy } from '../../tenancy/tenancy.ts'

/** A role that the application may run under. */
export interface RoleCandidate {
  readonly name: RoleName
  /** How many policies name it. */
  readonly policies: number
  /** On how many tables it has a privilege, and which ones it has on any. */
  readonly tables: number
  readonly privileges: readonly string[]
}

const ofWhoeverActs: ReadonlySet<string> = new Set(['public', 'current_role', 'current_user', 'session_user'])

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
    (name) => !ofWhoeverActs.has(name) && !isExempt(model, name) && !owners.has(name),
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

/** The roles of the application, if they are told: the one that policies name, or those of the platform's API. */
export function toldAppRoles(
  candidates: readonly RoleCandidate[],
  platform: Platform | null,
): readonly RoleName[] | null {
  const named = candidates.flatMap(({ name, policies }) => (policies > 0 ? name : []))
  if (platform === null) return named.length === 1 ? named : null
  if (named.length === 0) return ofSupabase
  return named.every((name) => ofSupabase.includes(name)) ? named : null
}

const ofSupabase: readonly RoleName[] = ['anon', 'authenticated']
