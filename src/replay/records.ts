import type { Column, Constraint, Index, Relation, Routine } from '../model/schema-model.ts'

/*
 * Copies of records with some fields changed, written out field by field: a spread of so many fields costs many times as
 * much, and its copies differ in their hidden class, which slows down whatever reads them.
 */

export function relationWith(relation: Relation, fields: Partial<Relation>): Relation {
  const copy: Relation = {
    id: relation.id,
    namespace: relation.namespace,
    name: relation.name,
    kind: relation.kind,
    persistence: relation.persistence,
    owner: relation.owner,
    columns: relation.columns,
    constraints: relation.constraints,
    indexes: relation.indexes,
    rowSecurityEnabled: relation.rowSecurityEnabled,
    rowSecurityForced: relation.rowSecurityForced,
    policies: relation.policies,
    triggers: relation.triggers,
    rules: relation.rules,
    grants: relation.grants,
    partitionOf: relation.partitionOf,
    partitionBy: relation.partitionBy,
    inherits: relation.inherits,
    view: relation.view,
    origin: relation.origin,
    source: relation.source,
    rowSecurityEnabledSource: relation.rowSecurityEnabledSource,
    rowSecurityForcedSource: relation.rowSecurityForcedSource,
  }
  return Object.assign(copy, fields)
}

export function columnWith(column: Column, fields: Partial<Column>): Column {
  const copy: Column = {
    name: column.name,
    type: column.type,
    notNull: column.notNull,
    default: column.default,
    generated: column.generated,
    identity: column.identity,
    inherited: column.inherited,
    source: column.source,
  }
  return Object.assign(copy, fields)
}

export function constraintWith(constraint: Constraint, fields: Partial<Constraint>): Constraint {
  const copy: Constraint = {
    name: constraint.name,
    kind: constraint.kind,
    columns: constraint.columns,
    references: constraint.references,
    expression: constraint.expression,
    index: constraint.index,
    validated: constraint.validated,
    enforced: constraint.enforced,
    noInherit: constraint.noInherit,
    source: constraint.source,
  }
  return Object.assign(copy, fields)
}

export function indexWith(index: Index, fields: Partial<Index>): Index {
  const copy: Index = {
    name: index.name,
    unique: index.unique,
    method: index.method,
    keys: index.keys,
    included: index.included,
    predicate: index.predicate,
    source: index.source,
  }
  return Object.assign(copy, fields)
}

export function routineWith(routine: Routine, fields: Partial<Routine>): Routine {
  const copy: Routine = {
    id: routine.id,
    namespace: routine.namespace,
    name: routine.name,
    kind: routine.kind,
    arguments: routine.arguments,
    argumentNames: routine.argumentNames,
    argumentDefaults: routine.argumentDefaults,
    returns: routine.returns,
    language: routine.language,
    body: routine.body,
    sqlBody: routine.sqlBody,
    securityDefiner: routine.securityDefiner,
    leakproof: routine.leakproof,
    strict: routine.strict,
    volatility: routine.volatility,
    settings: routine.settings,
    owner: routine.owner,
    grants: routine.grants,
    source: routine.source,
  }
  return Object.assign(copy, fields)
}
