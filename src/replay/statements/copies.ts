import type { IntoClause, Node, SelectStmt, TableLikeClause } from 'libpg-query'
import type { Column, Relation } from '../../model/schema-model.ts'
import { as, strings } from '../../sql/node.ts'
import { bindQuery } from '../bind.ts'
import type { StatementContext } from '../context.ts'
import { creationNamespace, findRelation, presumedId } from '../names.ts'
import { newRelation } from '../new-relation.ts'
import { queryTypes, unknownType } from '../output-types.ts'
import { queryColumns } from '../query-scope.ts'
import { columnWith, constraintWith, indexWith, relationWith } from '../records.ts'
import { isTaken } from '../taken.ts'
import { addIdentity } from './columns.ts'
import { copyIndex } from './indexes.ts'

/** Bits of `TableLikeClause.options` (TableLikeOption of parsenodes.h). */
const including = {
  constraints: 1 << 2,
  defaults: 1 << 3,
  generated: 1 << 4,
  identity: 1 << 5,
  indexes: 1 << 6,
}

/** CREATE TABLE AS. */
export function createTableAs(
  context: StatementContext,
  query: Node | undefined,
  into: IntoClause | undefined,
  ifNotExists: boolean,
): void {
  const { state } = context
  const namespace = creationNamespace(state, into?.rel ?? {})
  const name = into?.rel?.relname ?? ''
  if (isTaken(context, namespace, name, ifNotExists)) return
  const select = as(query, 'SelectStmt')
  const relation = newRelation(context, {
    namespace,
    name,
    kind: 'table',
    unlogged: into?.rel?.relpersistence === 'u',
    how: 'as',
    from: query === undefined || select === undefined ? [] : bindQuery(context, query).reads,
  })
  const columns = select === undefined ? null : resultColumns(context, select, strings(into?.colNames))
  if (columns === null)
    context.unmodelled(`the columns of ${relation.id} can't be told from its query`, [relation.id])
  state.put(relationWith(relation, { columns: columns ?? [] }))
}

/** SELECT ... INTO. */
export function selectInto(statement: SelectStmt, context: StatementContext): void {
  const { intoClause, ...query } = statement
  createTableAs(context, { SelectStmt: query }, intoClause, false)
}

/** The columns that a query gives a table or view, under the names given to it; null where they can't be told. */
export function resultColumns(
  context: StatementContext,
  query: SelectStmt,
  names: readonly string[],
): Column[] | null {
  const found = queryColumns(context.state, query, null)
  if (found === null) return null
  const types = queryTypes(context.state, query)
  return found.map((name, at) => ({
    name: names[at] ?? name,
    type: types[at] ?? unknownType,
    notNull: false,
    default: null,
    generated: null,
    identity: null,
    inherited: false,
    source: context.source,
  }))
}

/** Adds the columns of LIKE to those of a relation in the making: NOT NULL always, the rest as INCLUDING says. */
export function addLikeColumns(
  context: StatementContext,
  relation: Relation,
  columns: Column[],
  clause: TableLikeClause,
): void {
  const model = findRelation(context.state, clause.relation ?? {})
  if (model === undefined) {
    const missing = presumedId(context.state, clause.relation ?? {})
    context.unmodelled(`no statement created ${missing}, which is copied`, [relation.id])
    return
  }
  const options = clause.options ?? 0
  for (const column of model.columns) {
    const copy = likeColumn(context, relation, column, options)
    const at = columns.findIndex(({ name }) => name === column.name)
    const inherited = columns[at]
    if (inherited === undefined) columns.push(copy)
    else {
      const notNull = inherited.notNull || copy.notNull
      columns[at] = columnWith(copy, { notNull, default: copy.default ?? inherited.default })
    }
  }
}

function likeColumn(context: StatementContext, relation: Relation, column: Column, options: number): Column {
  const keepsExpression = options & (column.generated === null ? including.defaults : including.generated)
  const copy = columnWith(column, {
    default: keepsExpression ? column.default : null,
    generated: keepsExpression ? column.generated : null,
    identity: null,
    inherited: false,
    source: context.source,
  })
  if (column.identity === null || !(options & including.identity)) return copy
  return addIdentity(context, relation, copy, { generated_when: column.identity === 'always' ? 'a' : 'd' })
}

/** CHECK constraints, keys and indexes of LIKE: checks keep their names, what has an index gets a new one. */
export function copyLikeParts(
  context: StatementContext,
  created: Relation,
  clause: TableLikeClause,
): Relation {
  const { state } = context
  const model = clause.relation && findRelation(state, clause.relation)
  const options = clause.options ?? 0
  if (model === undefined) return created
  let relation = created
  if (options & including.constraints) {
    const names = relation.constraints.map(({ name }) => name)
    const checks = model.constraints.filter(({ kind, name }) => kind === 'check' && !names.includes(name))
    const copies = checks.map((check) => constraintWith(check, { source: context.source }))
    relation = relationWith(relation, { constraints: [...relation.constraints, ...copies] })
    state.put(relation)
  }
  if (!(options & including.indexes)) return relation
  for (const index of model.indexes) {
    const constraint = model.constraints.find((candidate) => candidate.index === index.name)
    const copy = indexWith(index, { source: context.source })
    relation = copyIndex(context, relation, copy, constraint).relation
  }
  return relation
}
