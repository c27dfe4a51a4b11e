import type { ObjectType, RangeVar, RenameStmt } from 'libpg-query'
import type { RelationKind } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import type { JournaledMap } from '../journal.ts'
import { knownRelation } from '../known.ts'
import { creationNamespace, findRelation, presumedId, searched, typeId } from '../names.ts'
import { relationWith } from '../records.ts'
import {
  moveNamed,
  moveRelation,
  moveRoutine,
  renameConstraint,
  renamedPart,
  renameIndex,
  renameNamespace,
  renameTrigger,
} from '../rename.ts'
import { renameColumn } from '../rename-column.ts'
import { renameRole } from '../rename-role.ts'
import { findRoutine } from '../routine-names.ts'
import { columnOfNotNull, nameNotNull } from './columns.ts'
import { setSchema } from './set-schema.ts'

export const renameStatements = {
  RenameStmt(statement, context) {
    renamings[statement.renameType ?? 'OBJECT_TABLE'](statement, context)
  },
  AlterObjectSchemaStmt: setSchema,
} satisfies Partial<Handlers>

type Renaming = (statement: RenameStmt, context: StatementContext) => void

/** Of a kind, or a part of one, that the model doesn't have. */
const nothing = () => {}

const refused = (_: unknown, context: StatementContext) =>
  context.unmodelled('an object of this kind has no such statement', null)

const renamings: Readonly<Record<ObjectType, Renaming>> = {
  OBJECT_TABLE: relation(null),
  OBJECT_VIEW: relation('view'),
  OBJECT_MATVIEW: relation('materialized-view'),
  OBJECT_FOREIGN_TABLE: relation('foreign-table'),
  OBJECT_INDEX: relation(null),
  OBJECT_SEQUENCE: relation(null),
  OBJECT_COLUMN: column,
  OBJECT_TABCONSTRAINT: constraint,
  OBJECT_POLICY: policy,
  OBJECT_TRIGGER: trigger,
  OBJECT_RULE: rule,
  OBJECT_TYPE: type,
  OBJECT_DOMAIN: type,
  OBJECT_FUNCTION: routine,
  OBJECT_PROCEDURE: routine,
  OBJECT_ROUTINE: routine,
  OBJECT_AGGREGATE: routine,
  OBJECT_SCHEMA: namespace,
  OBJECT_ROLE: role,
  OBJECT_PUBLICATION: publication,
  OBJECT_EVENT_TRIGGER: eventTrigger,
  OBJECT_ACCESS_METHOD: nothing,
  OBJECT_ATTRIBUTE: nothing,
  OBJECT_COLLATION: nothing,
  OBJECT_CONVERSION: nothing,
  OBJECT_DATABASE: nothing,
  OBJECT_DOMCONSTRAINT: nothing,
  OBJECT_FDW: nothing,
  OBJECT_FOREIGN_SERVER: nothing,
  OBJECT_LANGUAGE: nothing,
  OBJECT_OPCLASS: nothing,
  OBJECT_OPFAMILY: nothing,
  OBJECT_STATISTIC_EXT: nothing,
  OBJECT_SUBSCRIPTION: nothing,
  OBJECT_TABLESPACE: nothing,
  OBJECT_TSCONFIGURATION: nothing,
  OBJECT_TSDICTIONARY: nothing,
  OBJECT_TSPARSER: nothing,
  OBJECT_TSTEMPLATE: nothing,
  OBJECT_AMOP: refused,
  OBJECT_AMPROC: refused,
  OBJECT_CAST: refused,
  OBJECT_DEFACL: refused,
  OBJECT_DEFAULT: refused,
  OBJECT_EXTENSION: refused,
  OBJECT_LARGEOBJECT: refused,
  OBJECT_OPERATOR: refused,
  OBJECT_PARAMETER_ACL: refused,
  OBJECT_PUBLICATION_NAMESPACE: refused,
  OBJECT_PUBLICATION_REL: refused,
  OBJECT_TRANSFORM: refused,
  OBJECT_USER_MAPPING: refused,
}

/** ALTER TABLE renames views, indexes and sequences too, ALTER INDEX tables; other kinds must be what they say. */
function relation(kind: RelationKind | null): Renaming {
  return ({ relation: target = {}, newname: name = '', missing_ok }, context) => {
    const found = findRelation(context.state, target)
    if (found === undefined) {
      if (!renameOther(target, name, context)) renameUnknown(target, name, missing_ok ?? false, context)
    } else if (kind !== null && kind !== found.kind) {
      context.unmodelled(`the server refuses to rename ${found.id} so: it is a ${found.kind}`, [found.id])
    } else {
      moveRelation(context, found.id, { namespace: found.namespace, name })
    }
  }
}

/** A relation that no statement made, or one that is not followed may have: it may have the new name now. */
function renameUnknown(target: RangeVar, name: string, missingOk: boolean, context: StatementContext): void {
  const { state } = context
  const id = presumedId(state, target)
  if (missingOk && !state.announced.has(id)) return
  const namespace = target.schemaname ?? creationNamespace(state, {})
  context.unmodelled(`no statement created ${id}`, [id, displayId(namespace, name)])
}

/** An index or a sequence; false where neither has the name. */
function renameOther(target: RangeVar, to: string, context: StatementContext): boolean {
  const { state } = context
  const name = target.relname ?? ''
  for (const namespace of searched(state, target.schemaname)) {
    const id = displayId(namespace, name)
    const owner = state.relations.get(state.indexes.get(id) ?? '')
    if (owner !== undefined) {
      renameIndex(state, owner, name, to)
      return true
    }
    if (state.sequences.has(id)) return moveNamed(context, id, { namespace, name: to })
  }
  return false
}

/** The relation whose part is renamed; with IF EXISTS nothing is said where there is none. */
function partOwner({ relation: target = {}, missing_ok }: RenameStmt, context: StatementContext) {
  return missing_ok ? findRelation(context.state, target) : knownRelation(context, target)
}

function column(statement: RenameStmt, context: StatementContext) {
  const { subname = '', newname = '' } = statement
  const found = partOwner(statement, context)
  if (found === undefined) return
  const names = found.columns.map(({ name }) => name)
  if (!names.includes(subname)) context.unmodelled(`${found.id} has no column ${subname}`, [found.id])
  else if (names.includes(newname)) context.unmodelled(`${found.id} has a column ${newname}`, [found.id])
  else renameColumn(context.state, found.id, subname, newname)
}

function constraint(statement: RenameStmt, context: StatementContext) {
  const { subname = '', newname = '' } = statement
  const found = partOwner(statement, context)
  if (found === undefined) return
  const renamed = found.constraints.find(({ name }) => name === subname)
  const notNull = columnOfNotNull(context, found, subname)
  if (renamed !== undefined) renameConstraint(context.state, found, renamed, newname)
  else if (notNull !== undefined) nameNotNull(context, found.id, notNull, newname)
  else context.unmodelled(`${found.id} has no constraint ${subname}`, [found.id])
}

function policy(statement: RenameStmt, context: StatementContext) {
  const { subname = '', newname = '', missing_ok } = statement
  const found = partOwner(statement, context)
  if (found === undefined) return
  const names = found.policies.map(({ name }) => name)
  if (!names.includes(subname)) {
    if (!missing_ok) context.unmodelled(`${found.id} has no policy ${subname}`, [found.id])
  } else if (names.includes(newname)) {
    context.unmodelled(`policy ${newname} exists on ${found.id} already`, [found.id])
  } else {
    context.state.put(relationWith(found, { policies: renamedPart(found.policies, subname, newname) }))
  }
}

function trigger({ relation: target, subname = '', newname = '' }: RenameStmt, context: StatementContext) {
  const found = knownRelation(context, target)
  if (found !== undefined) renameTrigger(context.state, found, subname, newname)
}

function rule({ relation: target, subname = '', newname = '' }: RenameStmt, context: StatementContext) {
  const found = knownRelation(context, target)
  if (found === undefined) return
  context.state.put(relationWith(found, { rules: renamedPart(found.rules, subname, newname) }))
}

function type({ object, newname: name = '' }: RenameStmt, context: StatementContext) {
  const id = typeId(context.state, strings(as(object, 'List')?.items))
  const found = context.state.types.get(id)
  if (found === undefined) context.unmodelled(`no statement created type ${id}`, [])
  else moveNamed(context, id, { namespace: found.namespace, name })
}

function routine({ object, newname: name = '' }: RenameStmt, context: StatementContext) {
  const target = as(object, 'ObjectWithArgs') ?? {}
  const found = findRoutine(context.state, target)
  if (found === undefined)
    context.unmodelled(`no statement created ${strings(target.objname).join('.')}`, null)
  else moveRoutine(context, found.id, { namespace: found.namespace, name })
}

function namespace({ subname = '', newname = '' }: RenameStmt, context: StatementContext) {
  const { namespaces } = context.state
  if (!namespaces.has(subname)) context.unmodelled(`no statement created schema ${subname}`, null)
  else if (namespaces.has(newname)) context.unmodelled(`schema ${newname} exists already`, null)
  else renameNamespace(context.state, subname, newname)
}

function role({ subname = '', newname = '' }: RenameStmt, { state }: StatementContext) {
  renameRole(state, subname, newname)
}

function publication({ object, newname: name = '' }: RenameStmt, { state }: StatementContext) {
  renameKey(state.publications, as(object, 'String')?.sval ?? '', name)
}

function eventTrigger({ object, newname: name = '' }: RenameStmt, { state }: StatementContext) {
  renameKey(state.eventTriggers, as(object, 'String')?.sval ?? '', name)
}

function renameKey<V extends { readonly name: string }>(
  map: JournaledMap<V>,
  from: string,
  to: string,
): void {
  const value = map.get(from)
  if (value === undefined) return
  map.delete(from)
  map.set(to, { ...value, name: to })
}
