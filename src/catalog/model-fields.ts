import type {
  ArgumentDefault,
  Column,
  Constraint,
  DatabaseSetting,
  DefaultPrivilege,
  EventTrigger,
  Expression,
  Extension,
  Index,
  Namespace,
  NarrowedRelation,
  PartitionKey,
  Policy,
  Publication,
  Relation,
  Role,
  RoleMembership,
  Routine,
  Rule,
  Sequence,
  Trigger,
  Type,
  ViewDefinition,
} from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import {
  type Compare,
  expression,
  type Fields,
  grants,
  ignored,
  keys,
  named,
  optional,
  owner,
  type,
  unordered,
  value,
  written,
} from './fields.ts'

export const namespaceFields: Fields<Namespace> = { name: value, owner, grants, source: ignored }

const columnFields: Fields<Column> = {
  name: value,
  type,
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
  roles: (comparison, place, left, right) => {
    const [one, other] = [comparison.toldRoles(left), comparison.toldRoles(right)]
    if (one === null || other === null) comparison.skip(place, left, right)
    else unordered(comparison, place, one, other)
  },
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
  arguments: value,
  columns: written,
  when: written,
  enabled: value,
  source: ignored,
}

const ruleFields: Fields<Rule> = {
  name: value,
  event: value,
  instead: value,
  condition: written,
  actions: written,
  enabled: value,
  source: ignored,
}

const viewFields: Fields<ViewDefinition> = {
  query: (comparison, place, left, right) => comparison.query(place, left, right),
  reads: unordered,
  calls: unordered,
  securityInvoker: value,
  securityBarrier: value,
  checkOption: value,
}

const partitionKeyFields: Fields<PartitionKey> = { strategy: value, keys }

export const relationFields: Fields<Relation> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  kind: value,
  persistence: value,
  owner,
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

/** What RETURN gives, of a body that is no more than that. */
function returned(statement: Expression): Expression {
  return as(statement, 'ReturnStmt')?.returnval ?? statement
}

const defaults: Compare<readonly ArgumentDefault[]> = (comparison, place, left, right) => {
  if (left.length !== right.length) comparison.value(place, left.length, right.length)
  for (const [at, { type, value: one }] of left.entries()) {
    const other = right[at]
    if (other !== undefined) comparison.expression({ ...place, type }, one, other.value)
  }
}

export const routineFields: Fields<Routine> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  kind: value,
  arguments: value,
  argumentNames: value,
  argumentDefaults: defaults,
  returns: value,
  language: value,
  body: value,
  sqlBody: (comparison, place, left, right) => {
    if (left === null || right === null) comparison.value(place, left !== null, right !== null)
    else keys(comparison, place, left.map(returned), right.map(returned))
  },
  securityDefiner: value,
  leakproof: value,
  strict: value,
  volatility: value,
  settings: value,
  owner,
  grants,
  source: ignored,
}

export const typeFields: Fields<Type> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  kind: value,
  labels: value,
  baseType: value,
  owner,
  source: ignored,
}

export const sequenceFields: Fields<Sequence> = {
  id: ignored,
  namespace: ignored,
  name: ignored,
  ownedBy: value,
  owner,
  grants,
  source: ignored,
}

export const roleFields: Fields<Role> = {
  name: ignored,
  superuser: value,
  bypassRowSecurity: value,
  login: value,
  inherit: value,
  createRole: value,
  replication: value,
  settings: value,
  source: ignored,
}

/** A membership, and whether its member inherits: where it doesn't say, as of now, its own INHERIT decided when it was granted. */
export interface ToldMembership extends RoleMembership {
  readonly inherits: { readonly inherit: boolean; readonly isSaid: boolean }
}

export const membershipFields: Fields<ToldMembership> = {
  role: value,
  member: value,
  admin: value,
  inherit: ignored,
  inherits: (comparison, place, left, right) => {
    const isSaid = left.isSaid && right.isSaid
    if (isSaid || left.inherit === right.inherit) comparison.value(place, left.inherit, right.inherit)
    else comparison.skip(place, left.inherit, right.inherit)
  },
  set: value,
  source: ignored,
}

export const defaultPrivilegeFields: Fields<DefaultPrivilege> = {
  forRole: owner,
  namespace: value,
  objects: value,
  grantee: value,
  privileges: unordered,
  grantable: value,
  revoked: value,
  source: ignored,
}

const narrowedFields: Fields<NarrowedRelation> = { name: value, where: written, columns: written }

export const publicationFields: Fields<Publication> = {
  name: value,
  allTables: value,
  relations: unordered,
  narrowed: named(narrowedFields),
  namespaces: unordered,
  source: ignored,
}

export const extensionFields: Fields<Extension> = { name: value, namespace: value, source: ignored }

export const eventTriggerFields: Fields<EventTrigger> = {
  name: value,
  event: value,
  tags: unordered,
  routine: value,
  enabled: value,
  source: ignored,
}

export const settingFields: Fields<DatabaseSetting> = { name: value, value, source: ignored }
