import type { AlterObjectSchemaStmt } from 'libpg-query'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import type { StatementContext } from '../context.ts'
import { knownRelation } from '../known.ts'
import { findRelation, searched, typeId } from '../names.ts'
import { moveNamed, moveRelation, moveRoutine } from '../rename.ts'
import { findRoutine } from '../routine-names.ts'

/** ALTER ... SET SCHEMA. */
export function setSchema(statement: AlterObjectSchemaStmt, context: StatementContext): void {
  switch (statement.objectType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_FOREIGN_TABLE':
    case 'OBJECT_SEQUENCE':
      relation(statement, context)
      return
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      type(statement, context)
      return
    case 'OBJECT_FUNCTION':
    case 'OBJECT_PROCEDURE':
    case 'OBJECT_ROUTINE':
    case 'OBJECT_AGGREGATE':
      routine(statement, context)
      return
    case 'OBJECT_EXTENSION':
      extension(statement, context)
      return
    case 'OBJECT_COLLATION':
    case 'OBJECT_CONVERSION':
    case 'OBJECT_OPCLASS':
    case 'OBJECT_OPERATOR':
    case 'OBJECT_OPFAMILY':
    case 'OBJECT_STATISTIC_EXT':
    case 'OBJECT_TSCONFIGURATION':
    case 'OBJECT_TSDICTIONARY':
    case 'OBJECT_TSPARSER':
    case 'OBJECT_TSTEMPLATE':
      return
    default:
      context.unmodelled('an object of this kind has no such statement', null)
  }
}

function relation(statement: AlterObjectSchemaStmt, context: StatementContext): void {
  const { relation: target = {}, newschema: namespace = '', missing_ok } = statement
  const { state } = context
  const found = findRelation(state, target)
  if (found !== undefined) {
    if (found.namespace !== namespace) moveRelation(context, found.id, { namespace, name: found.name })
    return
  }
  const name = target.relname ?? ''
  const candidates = searched(state, target.schemaname).map((each) => displayId(each, name))
  const sequence = candidates.find((id) => state.sequences.has(id))
  if (sequence !== undefined) moveNamed(context, sequence, { namespace, name })
  else if (!missing_ok) knownRelation(context, target)
}

function type({ object, newschema: namespace = '' }: AlterObjectSchemaStmt, context: StatementContext): void {
  const id = typeId(context.state, strings(as(object, 'List')?.items))
  const found = context.state.types.get(id)
  if (found === undefined) context.unmodelled(`no statement created type ${id}`, [])
  else moveNamed(context, id, { namespace, name: found.name })
}

function routine(
  { object, newschema: namespace = '' }: AlterObjectSchemaStmt,
  context: StatementContext,
): void {
  const target = as(object, 'ObjectWithArgs') ?? {}
  const found = findRoutine(context.state, target)
  if (found !== undefined) moveRoutine(context, found.id, { namespace, name: found.name })
  else context.unmodelled(`no statement created ${strings(target.objname).join('.')}`, null)
}

/** The objects of an extension move along; which they are the model doesn't know. */
function extension(
  { object, newschema: namespace = '' }: AlterObjectSchemaStmt,
  { state }: StatementContext,
): void {
  const found = state.extensions.get(as(object, 'String')?.sval ?? '')
  if (found !== undefined) state.extensions.set(found.name, { ...found, namespace })
}
