import type {
  Column,
  Constraint,
  DatabaseSetting,
  DefaultPrivilege,
  EventTrigger,
  Extension,
  Index,
  Namespace,
  PartitionKey,
  Policy,
  Publication,
  Relation,
  Role,
  RoleMembership,
  Routine,
  Rule,
  SchemaModel,
  Sequence,
  Trigger,
  Type,
  ViewDefinition,
} from '../model/schema-model.ts'
import { relationScope } from '../policy/known-names.ts'
import { Comparison, type Difference, type ObjectKind, type Place } from './comparison.ts'
import {
  compareFields,
  describe,
  expression,
  type Fields,
  grants,
  ignored,
  keys,
  named,
  optional,
  unordered,
  value,
} from './fields.ts'

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
}

/**
 * What two models tell differently, object by object and field by field. Left out is what only one source can know: where
 * a fact was set, how a relation came to be, what could not be modelled, and the facts of a server.
 */
export function differencesOf(
  left: SchemaModel,
  right: SchemaModel,
  { leavesOut = () => false }: DifferencesOptions = {},
): Differences {
  const comparison = new Comparison(left, right)
  const maps = <T extends object>(
    kind: ObjectKind,
    one: ReadonlyMap<string, T>,
    other: ReadonlyMap<string, T>,
    fields: Fields<T>,
    scopesOf: (a: T, b: T) => Place['scopes'] = () => null,
  ): void => {
    for (const id of new Set([...one.keys(), ...other.keys()])) {
      if (leavesOut(kind, id)) continue
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
  maps('roleMemberships', left.roleMemberships, right.roleMemberships, membershipFields)
  maps('defaultPrivileges', left.defaultPrivileges, right.defaultPrivileges, defaultPrivilegeFields)
  maps('publications', left.publications, right.publications, publicationFields)
  maps('extensions', left.extensions, right.extensions, extensionFields)
  maps('eventTriggers', left.eventTriggers, right.eventTriggers, eventTriggerFields)
  maps('databaseSettings', left.databaseSettings, right.databaseSettings, settingFields)
  const { differences, notCompared, compared } = comparison
  return { differences, notCompared, compared }
}

/** Temporary relations are there for one session only. */
function lasting({ relations }: SchemaModel): ReadonlyMap<string, Relation> {
  return new Map([...relations].filter(([, { persistence }]) => persistence !== 'temporary'))
}

const namespaceFields: Fields<Namespace> = { name: value, owner: value, grants, source: ignored }

const columnFields: Fields<Column> = {
  name: value,
  type: value,
  notNull: value,
  default: expression,
  generated: value,
  identity: value,
  inherited: value,
  source: ignored,
}

const constraintFields: Fields<Constraint> = {
  name: value,
  kind: value,
  columns: value,
  references: value,
  expression,
  index: value,
  validated: value,
  enforced: value,
  noInherit: value,
  source: ignored,
}

const indexFields: Fields<Index> = {
  name: value,
  unique: value,
  method: value,
  keys,
  included: value,
  predicate: expression,
  source: ignored,
}

const policyFields: Fields<Policy> = {
  name: value,
  command: value,
  permissive: value,
  roles: unordered,
  using: expression,
  withCheck: expression,
  source: ignored,
}

const triggerFields: Fields<Trigger> = {
  name: value,
  timing: value,
  events: unordered,
  forEachRow: value,
  routine: value,
  enabled: value,
  source: ignored,
}

const ruleFields: Fields<Rule> = { name: value, event: value, instead: value, source: ignored }

const viewFields: Fields<ViewDefinition> = {
  query: (comparison, place, left, right) => comparison.query(place, left, right),
  reads: unordered,
  calls: unordered,
  securityInvoker: value,
  securityBarrier: value,
  checkOption: value,
}

const partitionKeyFields: Fields<PartitionKey> = { strategy: value, keys }

const relationFields: Fields<Relation> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  kind: value,
  persistence: value,
  owner: value,
  columns: named(columnFields, ({ type }) => type),
  constraints: named(constraintFields),
  indexes: named(indexFields),
  rowSecurityEnabled: value,
  rowSecurityForced: value,
  policies: named(policyFields),
  triggers: named(triggerFields),
  rules: named(ruleFields),
  grants,
  partitionOf: value,
  partitionBy: optional(partitionKeyFields),
  inherits: value,
  view: optional(viewFields),
  origin: ignored,
  source: ignored,
  rowSecurityEnabledSource: ignored,
  rowSecurityForcedSource: ignored,
}

const routineFields: Fields<Routine> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  kind: value,
  arguments: value,
  argumentNames: value,
  returns: value,
  language: value,
  body: value,
  sqlBody: (comparison, place, left, right) => {
    if (left === null || right === null) comparison.value(place, left !== null, right !== null)
    else keys(comparison, place, left, right)
  },
  securityDefiner: value,
  leakproof: value,
  volatility: value,
  settings: value,
  owner: value,
  grants,
  source: ignored,
}

const typeFields: Fields<Type> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  kind: value,
  labels: value,
  baseType: value,
  owner: value,
  source: ignored,
}

const sequenceFields: Fields<Sequence> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  ownedBy: value,
  owner: value,
  grants,
  source: ignored,
}

const roleFields: Fields<Role> = {
  name: ignored,
  superuser: value,
  bypassRowSecurity: value,
  login: value,
  inherit: value,
  createRole: value,
  settings: value,
  source: ignored,
}

const membershipFields: Fields<RoleMembership> = {
  role: value,
  member: value,
  admin: value,
  inherit: (comparison, place, left, right) => {
    if (left !== null && right !== null) comparison.value(place, left, right)
  },
  set: value,
  source: ignored,
}

const defaultPrivilegeFields: Fields<DefaultPrivilege> = {
  forRole: value,
  namespace: value,
  objects: value,
  grantee: value,
  privileges: unordered,
  grantable: value,
  revoked: value,
  source: ignored,
}

const publicationFields: Fields<Publication> = {
  name: value,
  allTables: value,
  relations: unordered,
  namespaces: unordered,
  source: ignored,
}

const extensionFields: Fields<Extension> = { name: value, namespace: value, source: ignored }

const eventTriggerFields: Fields<EventTrigger> = {
  name: value,
  event: value,
  tags: unordered,
  routine: value,
  enabled: value,
  source: ignored,
}

const settingFields: Fields<DatabaseSetting> = { name: value, value, source: ignored }
