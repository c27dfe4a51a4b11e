import type { Constraint as ConstraintNode, CreateStmt, TableLikeClause } from 'libpg-query'
import type { Origin, Relation, RelationId, RelationKind } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { creationNamespace, findRelation, presumedId } from '../names.ts'
import { newRelation } from '../new-relation.ts'
import { relationWith } from '../records.ts'
import { isTaken } from '../taken.ts'
import { declareColumn, defineColumn, tableConstraintsOf } from './columns.ts'
import { addConstraint } from './constraints.ts'
import { addLikeColumns, copyLikeParts, createTableAs } from './copies.ts'
import { replayEffects } from './data.ts'
import { copyToPartition, partitionKey, withInherited } from './partitions.ts'
import { createMaterializedView } from './views.ts'

export const tableStatements = {
  CreateStmt(statement, context) {
    createTable(statement, context, statement.partspec === undefined ? 'table' : 'partitioned-table')
  },
  CreateForeignTableStmt({ base }, context) {
    if (base !== undefined) createTable(base, context, 'foreign-table')
  },
  CreateTableAsStmt(statement, context) {
    if (statement.into?.skipData !== true) replayEffects(statement.query, context)
    if (statement.objtype === 'OBJECT_MATVIEW') createMaterializedView(statement, context)
    else createTableAs(context, statement.query, statement.into, statement.if_not_exists === true)
  },
  ImportForeignSchemaStmt({ list_type, table_list, local_schema }, context) {
    const listed = (table_list ?? []).map((node) => as(node, 'RangeVar')?.relname ?? '')
    const affected = listed.map((name) => displayId(local_schema ?? 'public', name))
    context.unmodelled(
      'IMPORT FOREIGN SCHEMA creates foreign tables that only the other server knows',
      list_type === 'FDW_IMPORT_SCHEMA_LIMIT_TO' ? affected : null,
    )
  },
} satisfies Partial<Handlers>

function createTable(statement: CreateStmt, context: StatementContext, kind: RelationKind): void {
  const { state } = context
  const target = statement.relation ?? {}
  const namespace = creationNamespace(state, target)
  const name = target.relname ?? ''
  if (isTaken(context, namespace, name, statement.if_not_exists === true)) return

  const parents = parentsIn(context, statement, displayId(namespace, name))
  const elements = statement.tableElts ?? []
  const likes = elements.flatMap((node) => as(node, 'TableLikeClause') ?? [])
  let relation = newRelation(context, {
    namespace,
    name,
    kind,
    unlogged: target.relpersistence === 'u',
    ...originOf(context, statement, parents.ids, likes),
  })
  if (statement.partbound !== undefined) {
    relation = relationWith(relation, { partitionOf: parents.ids[0] ?? null })
  } else if (parents.ids.length > 0) relation = relationWith(relation, { inherits: parents.ids })
  for (const parent of parents.known)
    relation = withInherited(relation, parent, statement.partbound === undefined ? 'inherits' : 'partition')
  if (statement.ofTypename !== undefined) {
    context.unmodelled('the columns of a table OF a type are not modelled', [relation.id])
  }
  const columns = [...relation.columns]
  relation = relationWith(relation, { columns })
  const definitions = elements.flatMap((node) => as(node, 'ColumnDef') ?? [])
  for (const node of elements) {
    const like = as(node, 'TableLikeClause')
    const definition = as(node, 'ColumnDef')
    if (like !== undefined) addLikeColumns(context, relation, columns, like)
    if (definition !== undefined) declareColumn(context, columns, definition)
  }
  for (const definition of definitions) defineColumn(context, relation, columns, definition)
  if (statement.partspec !== undefined) {
    relation = relationWith(relation, { partitionBy: partitionKey(context, relation, statement.partspec) })
  }
  state.put(relation)
  addParts(context, relation, statement, parents.known, likes)
}

/** Adds constraints and indexes in the server's order, on which the generated names depend. */
function addParts(
  context: StatementContext,
  created: Relation,
  statement: CreateStmt,
  parents: readonly Relation[],
  likes: readonly TableLikeClause[],
): void {
  const constraints = constraintsIn(statement)
  let relation = created
  const add = (...kinds: ConstraintNode['contype'][]) => {
    for (const constraint of constraints) {
      if (!kinds.includes(constraint.contype)) continue
      relation = addConstraint(context, relation, constraint, 'creating')
    }
  }
  add('CONSTR_CHECK')
  add('CONSTR_NOTNULL')
  const partitioned = statement.partbound === undefined ? undefined : parents[0]
  if (partitioned !== undefined) relation = copyToPartition(context, partitioned, relation)
  add('CONSTR_PRIMARY')
  add('CONSTR_UNIQUE', 'CONSTR_EXCLUSION')
  for (const like of likes) relation = copyLikeParts(context, relation, like)
  add('CONSTR_FOREIGN')
}

/** The constraints of columns and table, the primary key before the others; of equal keys one stays, with the first name written. */
function constraintsIn(statement: CreateStmt): ConstraintNode[] {
  const nodes = [...(statement.tableElts ?? []), ...(statement.constraints ?? [])]
  const written = nodes.flatMap((node) => {
    const definition = as(node, 'ColumnDef')
    return definition === undefined ? (as(node, 'Constraint') ?? []) : tableConstraintsOf(definition)
  })
  const isPrimary = ({ contype }: ConstraintNode) => contype === 'CONSTR_PRIMARY'
  const kept = written.filter(isPrimary)
  for (const constraint of written.filter((candidate) => !isPrimary(candidate))) {
    const isUnique = constraint.contype === 'CONSTR_UNIQUE'
    const at = isUnique ? kept.findIndex((earlier) => isSameKey(earlier, constraint)) : -1
    const earlier = kept[at]
    if (earlier === undefined) kept.push(constraint)
    else if (earlier.conname === undefined) kept[at] = { ...earlier, ...named(constraint) }
  }
  return kept
}

function named({ conname }: ConstraintNode): Pick<ConstraintNode, 'conname'> {
  return conname === undefined ? {} : { conname }
}

/** Whether a key is the same as a UNIQUE constraint. */
function isSameKey(a: ConstraintNode, b: ConstraintNode): boolean {
  if (a.contype !== 'CONSTR_UNIQUE' && a.contype !== 'CONSTR_PRIMARY') return false
  const facts = ({ keys, including, nulls_not_distinct, deferrable, initdeferred }: ConstraintNode) =>
    JSON.stringify([strings(keys), strings(including), nulls_not_distinct, deferrable, initdeferred])
  return facts(a) === facts(b)
}

/** What a table is made from: the relations that LIKE copies or that it is a child of. */
function originOf(
  context: StatementContext,
  statement: CreateStmt,
  parents: readonly RelationId[],
  likes: readonly TableLikeClause[],
): Pick<Origin, 'how' | 'from'> {
  if (statement.partbound !== undefined) return { how: 'partition', from: parents }
  if (parents.length > 0) return { how: 'inherits', from: parents }
  const models = likes.flatMap(({ relation }) => findRelation(context.state, relation ?? {})?.id ?? [])
  return likes.length > 0 ? { how: 'like', from: models } : { how: 'create', from: [] }
}

/** The parents of PARTITION OF or INHERITS; those that nothing creates are reported and keep the id that they would have. */
function parentsIn(
  context: StatementContext,
  statement: CreateStmt,
  id: RelationId,
): { ids: RelationId[]; known: Relation[] } {
  const { state } = context
  if (statement.inhRelations === undefined) return { ids: [], known: [] }
  const targets = statement.inhRelations.flatMap((node) => as(node, 'RangeVar') ?? [])
  const found = targets.map((target) => findRelation(state, target))
  const ids = targets.map((target, at) => found[at]?.id ?? presumedId(state, target))
  const missing = ids.filter((_, at) => found[at] === undefined)
  if (missing.length > 0) {
    context.unmodelled(`takes over from ${missing.join(', ')}, which no statement created`, [id])
  }
  const circular = ids.filter((parent) => state.relations.comesFrom(parent, id))
  return {
    ids: ids.filter((parent) => !circular.includes(parent)),
    known: found.filter((parent) => parent !== undefined),
  }
}
