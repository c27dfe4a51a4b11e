import type { IndexStmt } from 'libpg-query'
import type { Index, Relation } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { bindExpression } from '../bind.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { chooseRelationName } from '../generated-names.ts'
import { knownRelation } from '../known.ts'
import { isRelationNameTaken } from '../names.ts'
import { indexWith } from '../records.ts'
import { refusesColumns } from './columns.ts'
import { columnNames, indexElements, indexKey, nameOfColumns, putIndex } from './indexes.ts'
import { copyIndexToPartitions } from './partitions.ts'

export const indexStatements = {
  IndexStmt(statement, context) {
    createIndex(statement, context)
  },
} satisfies Partial<Handlers>

function createIndex(statement: IndexStmt, context: StatementContext): void {
  const { state } = context
  const target = statement.relation ?? {}
  const relation = knownRelation(context, target)
  if (relation === undefined) return
  const name = statement.idxname
  if (name !== undefined && isRelationNameTaken(state, relation.namespace, name)) {
    if (statement.if_not_exists === true) return
    context.unmodelled(`${displayId(relation.namespace, name)} exists already`, [relation.id])
    return
  }
  const elements = indexElements(statement.indexParams)
  const included = indexElements(statement.indexIncludingParams)
  if (refusesColumns(context, relation, columnNames([...elements, ...included]))) return
  const { whereClause } = statement
  const index: Index = {
    name: name ?? '',
    unique: statement.unique === true,
    method: statement.accessMethod ?? 'btree',
    keys: elements.map((element) => indexKey(context, relation, element)),
    included: columnNames(included),
    predicate: whereClause === undefined ? null : bindExpression(context, whereClause, relation),
    source: context.source,
  }
  const named = name === undefined ? indexWith(index, { name: chosenName(context, relation, index) }) : index
  putIndex(context, relation, named)
  if (target.inh === true) copyIndexToPartitions(context, relation.id, named, undefined)
}

function chosenName({ state }: StatementContext, { namespace, name }: Relation, index: Index): string {
  return chooseRelationName(state, namespace, name, nameOfColumns(index), 'idx')
}
