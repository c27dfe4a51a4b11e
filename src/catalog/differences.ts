import { defaultPrivilegeKey } from '../model/keys.ts'
import type { DefaultPrivilege, Relation, RoleName, SchemaModel } from '../model/schema-model.ts'
import { relationScope } from '../policy/known-names.ts'
import { Comparison, type Difference, type ObjectKind, type Place } from './comparison.ts'
import { compareFields, describe, type Fields } from './fields.ts'
import {
  defaultPrivilegeFields,
  eventTriggerFields,
  extensionFields,
  membershipFields,
  namespaceFields,
  publicationFields,
  relationFields,
  roleFields,
  routineFields,
  sequenceFields,
  settingFields,
  type ToldMembership,
  typeFields,
} from './model-fields.ts'

export type { Difference } from './comparison.ts'

export interface Differences {
  readonly differences: readonly Difference[]
  /** What may be the same, written in ways that can't be told apart without the server that printed one of them. */
  readonly notCompared: readonly Difference[]
  /** How many facts were compared. */
  readonly compared: number
}

export interface DifferencesOptions {
  /** Objects to leave out: what an extension or a platform brings, the bookkeeping of a tool. */
  readonly leavesOut?: (kind: ObjectKind, id: string) => boolean
  /** The role that ran the migrations: what it owns has owner null on both sides, and what it was granted is not compared. */
  readonly migrationRole?: RoleName
}

/**
 * What two models tell differently, object by object and field by field. Left out is what only one source can know: where
 * a fact was set, how a relation came to be, what could not be modelled, and the facts of a server.
 */
export function differencesOf(
  left: SchemaModel,
  right: SchemaModel,
  { leavesOut = () => false, migrationRole }: DifferencesOptions = {},
): Differences {
  const comparison = new Comparison(left, right, migrationRole ?? null)
  const maps = <T extends object>(
    kind: ObjectKind,
    one: ReadonlyMap<string, T>,
    other: ReadonlyMap<string, T>,
    fields: Fields<T>,
    scopesOf: (a: T, b: T) => Place['scopes'] = () => null,
  ): void => {
    for (const id of new Set([...one.keys(), ...other.keys()])) {
      if (leavesOut(kind, id) || id.startsWith('pg_temp.')) continue
      const place = { kind, id, part: null, field: null, scopes: null, type: null }
      const [a, b] = [one.get(id), other.get(id)]
      if (a === undefined || b === undefined) {
        comparison.differ(place, a === undefined ? null : describe(a), b === undefined ? null : describe(b))
      } else compareFields(comparison, { ...place, scopes: scopesOf(a, b) }, fields, a, b)
    }
  }
  maps('namespaces', left.namespaces, right.namespaces, namespaceFields)
  maps('relations', lasting(left), lasting(right), relationFields, (a, b) => ({
    left: relationScope(a),
    right: relationScope(b),
  }))
  maps('routines', left.routines, right.routines, routineFields)
  maps('types', left.types, right.types, typeFields)
  maps('sequences', left.sequences, right.sequences, sequenceFields)
  maps('roles', left.roles, right.roles, roleFields)
  maps('roleMemberships', membershipsOf(left), membershipsOf(right), membershipFields)
  const rows = ({ defaultPrivileges }: SchemaModel) => rowsOf(defaultPrivileges, migrationRole, comparison)
  maps('defaultPrivileges', rows(left), rows(right), defaultPrivilegeFields)
  maps('publications', left.publications, right.publications, publicationFields)
  maps('extensions', left.extensions, right.extensions, extensionFields)
  maps('eventTriggers', left.eventTriggers, right.eventTriggers, eventTriggerFields)
  maps('databaseSettings', left.databaseSettings, right.databaseSettings, settingFields)
  const { differences, notCompared, compared } = comparison
  return { differences, notCompared, compared }
}

function membershipsOf({ roleMemberships, roles }: SchemaModel): ReadonlyMap<string, ToldMembership> {
  return new Map(
    [...roleMemberships].map(([key, membership]) => {
      const inherit = membership.inherit ?? roles.get(membership.member)?.inherit ?? true
      return [key, { ...membership, inherits: { inherit, isSaid: membership.inherit !== null } }]
    }),
  )
}

/** Temporary relations are there for one session only. */
function lasting({ relations }: SchemaModel): ReadonlyMap<string, Relation> {
  return new Map([...relations].filter(([, { persistence }]) => persistence !== 'temporary'))
}

/** By all that tells one row from another, with the privileges that both sides can tell of. */
function rowsOf(
  rows: SchemaModel['defaultPrivileges'],
  migrationRole: RoleName | undefined,
  comparison: Comparison,
): ReadonlyMap<string, DefaultPrivilege> {
  return new Map(
    [...rows.values()]
      .filter(({ grantee }) => grantee !== migrationRole)
      .map((row) => {
        const forRole = row.forRole === migrationRole ? null : row.forRole
        const privileges = row.privileges.filter((privilege) =>
          comparison.tellsOf({ privilege, grantee: row.grantee }),
        )
        return [defaultPrivilegeKey({ ...row, forRole }), { ...row, privileges }]
      }),
  )
}
