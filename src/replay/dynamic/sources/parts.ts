import type { Constraint, ForeignKeyAction, Relation } from '../../../model/schema-model.ts'
import { displayName } from '../../../sql/identifiers.ts'
import { digitsStandIn } from '../../../sql/stand-in.ts'
import type { State } from '../../state.ts'
import { accessList } from '../access-lists.ts'
import { ObjectReference, RowSet, Unknown, unknown, type Value } from '../value.ts'
import {
  type Fields,
  isDoubtful,
  possibleRelations,
  possibleRow,
  type RelationColumns,
  relationsAsked,
  type Source,
  type SourceRow,
  sureRow,
  systemNamespaces,
} from './rows.ts'

/** What a relation has of some kind: for each the fields that a catalog has besides the relation's own. */
type PartsOf = (relation: Relation, state: State) => Iterable<Fields>

interface PartOptions {
  /** Parts that there may be besides, by version. */
  readonly mayHave?: PartsOf
  /** Whether PostgreSQL's own catalogs have such parts. */
  readonly ofCatalogs?: boolean
  /** What those of such catalogs are like. */
  readonly inCatalogs?: readonly Fields[]
}

/** Rows of a catalog that has one for each part of a relation: columns, policies. */
export function partSource(
  columns: RelationColumns,
  partsOf: PartsOf,
  { mayHave, ofCatalogs = true, inCatalogs = [{}] }: PartOptions = {},
): Source {
  const relationFields = (id: string | null, namespace: string, name: Value): Fields => ({
    ...(columns.oid === undefined || id === null ? {} : { [columns.oid]: relationOid(id) }),
    ...(columns.name === undefined ? {} : { [columns.name]: name }),
    ...(columns.namespace === undefined ? {} : { [columns.namespace]: namespace }),
  })
  return (state, hints) => {
    const rows: SourceRow[] = []
    for (const relation of relationsAsked(state, hints, columns)) {
      const own = relationFields(relation.id, relation.namespace, relation.name)
      const isDoubted = isDoubtful(state, relation)
      for (const fields of partsOf(relation, state)) rows.push(sureRow({ ...own, ...fields }, isDoubted))
      for (const fields of mayHave?.(relation, state) ?? []) rows.push(possibleRow({ ...own, ...fields }))
    }
    for (const { id, namespace, name, isDoubtful } of possibleRelations(state, hints, columns, true)) {
      const isSystem = systemNamespaces.includes(namespace)
      if (isSystem && !ofCatalogs) continue
      for (const fields of isSystem ? inCatalogs : [{}]) {
        rows.push(possibleRow({ ...relationFields(id, namespace, name), ...fields }, isDoubtful))
      }
    }
    return rows
  }
}

export function relationOid(id: string): ObjectReference {
  return new ObjectReference('relation', id)
}

/** A column's number; its table and name stand for it. */
export function attribute(relation: string, column: string): ObjectReference {
  return new ObjectReference('attribute', `${relation}.${displayName(column)}`)
}

const constraintTypes: Readonly<
  Record<Constraint['kind'], readonly [type: string, standard: string | null]>
> = {
  'primary-key': ['p', 'PRIMARY KEY'],
  unique: ['u', 'UNIQUE'],
  'foreign-key': ['f', 'FOREIGN KEY'],
  check: ['c', 'CHECK'],
  exclude: ['x', null],
}

const actions: Readonly<Record<ForeignKeyAction, readonly [type: string, standard: string]>> = {
  'no-action': ['a', 'NO ACTION'],
  restrict: ['r', 'RESTRICT'],
  cascade: ['c', 'CASCADE'],
  'set-null': ['n', 'SET NULL'],
  'set-default': ['d', 'SET DEFAULT'],
}

export function actionRule(action: ForeignKeyAction): string {
  return actions[action][1]
}

export function standardType({ kind }: Constraint): string | null {
  return constraintTypes[kind][1]
}

/** PostgreSQL 18 has a row for NOT NULL as well. */
function* notNulls({ id, columns, namespace }: Relation, { notNullNames }: State): Generator<Fields> {
  for (const { name, notNull } of columns) {
    if (!notNull) continue
    yield {
      conname: notNullNames.get(id)?.get(name) ?? unknown,
      contype: 'n',
      connamespace: new ObjectReference('namespace', namespace),
      conkey: [attribute(id, name)],
    }
  }
}

const constraints: PartsOf = ({ id, namespace, constraints: list }) =>
  list.map((constraint) => ({
    oid: new ObjectReference('other', `${id}/${constraint.name}`),
    conname: constraint.name,
    connamespace: new ObjectReference('namespace', namespace),
    contype: constraintTypes[constraint.kind][0],
    convalidated: constraint.validated,
    conkey: constraint.columns.map((column) => attribute(id, column)),
    ...(constraint.references === null
      ? { confrelid: unknown }
      : {
          confrelid: relationOid(constraint.references.relation),
          confdeltype: actions[constraint.references.onDelete][0],
          confupdtype: actions[constraint.references.onUpdate][0],
          confkey: constraint.references.columns.map((column) =>
            attribute(constraint.references?.relation ?? '', column),
          ),
        }),
  }))

const policyCommands = { all: '*', select: 'r', insert: 'a', update: 'w', delete: 'd' } as const

const policies: PartsOf = ({ id, policies: list }) =>
  list.map((policy) => ({
    oid: new ObjectReference('other', `${id}/${policy.name}`),
    polname: policy.name,
    polcmd: policyCommands[policy.command],
    polpermissive: policy.permissive,
    polqual: policy.using === null ? null : unknown,
    polwithcheck: policy.withCheck === null ? null : unknown,
  }))

const listedPolicies: PartsOf = ({ policies: list }) =>
  list.map((policy) => ({
    policyname: policy.name,
    permissive: policy.permissive ? 'PERMISSIVE' : 'RESTRICTIVE',
    roles: policy.roles.length === 1 ? policy.roles : new Unknown(null),
    cmd: policy.command.toUpperCase(),
    qual: policy.using === null ? null : unknown,
    with_check: policy.withCheck === null ? null : unknown,
  }))

const rules: PartsOf = ({ rules: list }) => list.map(({ name }) => ({ rulename: name }))

const triggers: PartsOf = ({ triggers: list }) =>
  list.map(({ name, enabled, routine }) => ({
    tgname: name,
    tgenabled: enabled ? 'O' : 'D',
    tgisinternal: false,
    tgfoid: new ObjectReference('routine', routine, routine),
  }))

/** Those that stand behind foreign keys. */
function* internalTriggers({ constraints: list }: Relation): Generator<Fields> {
  if (!list.some(({ kind }) => kind === 'foreign-key')) return
  yield { tgname: new Unknown(`RI_ConstraintTrigger_a_${digitsStandIn}`), tgisinternal: true }
  yield { tgname: new Unknown(`RI_ConstraintTrigger_c_${digitsStandIn}`), tgisinternal: true }
}

const noAccess = new RowSet([])

const identities = { always: 'a', 'by-default': 'd' } as const

const attributes: PartsOf = (relation) => {
  const { id, columns, grants } = relation
  const haveGrants = grants.some((grant) => grant.columns !== null)
  return columns.map((column) => ({
    attname: column.name,
    attnum: attribute(id, column.name),
    attisdropped: false,
    attnotnull: column.notNull,
    atthasdef: column.default !== null || column.generated !== null,
    attidentity: column.identity === null ? '' : identities[column.identity],
    attgenerated: column.generated === null ? '' : column.generated === 'stored' ? 's' : 'v',
    atttypid: new ObjectReference('type', column.type, column.type),
    attacl: haveGrants ? accessList(relation, column.name) : noAccess,
  }))
}

const systemColumns: PartsOf = ({ kind }) =>
  kind === 'view'
    ? []
    : ['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid'].map((attname) => ({
        attname,
        attnum: -1,
        attisdropped: false,
        attacl: noAccess,
      }))

const indexes: PartsOf = ({ namespace, indexes: list }) =>
  list.map(({ name }) => ({ indexname: name, schemaname: namespace }))

const indexNumbers: PartsOf = ({ namespace, indexes: list, constraints: all }) =>
  list.map(({ name, unique }) => ({
    indexrelid: relationOid(`${displayName(namespace)}.${displayName(name)}`),
    indisunique: unique,
    indisprimary: all.some(({ kind, index }) => kind === 'primary-key' && index === name),
    indisvalid: true,
  }))

const listed = { name: 'tablename', namespace: 'schemaname' }

/** Catalogs with a row for each part of a relation. */
export const partSources: Readonly<Record<string, Source>> = {
  pg_constraint: partSource({ oid: 'conrelid' }, constraints, {
    mayHave: notNulls,
    inCatalogs: [{ contype: 'p' }, { contype: 'u' }, { contype: 'n' }],
  }),
  pg_policy: partSource({ oid: 'polrelid' }, policies, { ofCatalogs: false }),
  pg_policies: partSource(listed, listedPolicies, { ofCatalogs: false }),
  pg_trigger: partSource({ oid: 'tgrelid' }, triggers, { mayHave: internalTriggers, ofCatalogs: false }),
  pg_attribute: partSource({ oid: 'attrelid' }, attributes, { mayHave: systemColumns }),
  pg_indexes: partSource(listed, indexes),
  pg_rules: partSource(listed, rules),
  pg_index: partSource({ oid: 'indrelid' }, indexNumbers),
}
