import type { Constraint as ConstraintNode, Node } from 'libpg-query'
import type { Column, Constraint, ForeignKeyAction, Index, Relation } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings, walk } from '../../sql/node.ts'
import { bindExpression } from '../bind.ts'
import type { StatementContext } from '../context.ts'
import { mapShared } from '../expressions.ts'
import { chooseConstraintName, chooseRelationName, clipIdentifier } from '../generated-names.ts'
import { findRelation, isRelationNameTaken, presumedId } from '../names.ts'
import { columnWith, indexWith, relationWith } from '../records.ts'
import { nameNotNull, refusesColumns } from './columns.ts'
import { columnNames, indexElements, indexKey, indexLabels, nameOfColumns } from './indexes.ts'

/** Whether the table is being made with the constraint: no rows are there, so that NOT VALID means nothing. */
type Moment = 'creating' | 'altering'

/** Adds a constraint to a relation that the state has; returns the relation as it is then. What the server would refuse is reported. */
export function addConstraint(
  context: StatementContext,
  relation: Relation,
  node: ConstraintNode,
  moment: Moment,
): Relation {
  if (node.conname !== undefined && relation.constraints.some(({ name }) => name === node.conname)) {
    context.unmodelled(`${relation.id} has a constraint "${node.conname}" already`, [relation.id])
    return relation
  }
  switch (node.contype) {
    case 'CONSTR_NOTNULL':
      return addNotNull(context, relation, node)
    case 'CONSTR_CHECK':
      return addCheck(context, relation, node, moment)
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return node.indexname === undefined
        ? addKey(context, relation, node)
        : addKeyOf(context, relation, node)
    case 'CONSTR_EXCLUSION':
      return addExclusion(context, relation, node)
    case 'CONSTR_FOREIGN':
      return addForeignKey(context, relation, node, moment)
    default:
      return relation
  }
}

/** `columns` and `indexes`: as the constraint leaves them. */
function put(
  context: StatementContext,
  relation: Relation,
  constraint: Constraint,
  { columns, indexes }: Pick<Relation, 'columns' | 'indexes'> = relation,
): Relation {
  const constraints = [...relation.constraints, constraint]
  const changed = relationWith(relation, { columns, indexes, constraints })
  context.state.put(changed)
  return changed
}

function addNotNull(context: StatementContext, relation: Relation, node: ConstraintNode): Relation {
  const names = strings(node.keys)
  if (refusesColumns(context, relation, names)) return relation
  for (const name of names) nameNotNull(context, relation.id, name, node.conname)
  const changed = withNotNull(relation, names)
  context.state.put(changed)
  return changed
}

/** The relation with its columns of these names NOT NULL. */
export function withNotNull(relation: Relation, names: readonly string[]): Relation {
  const columns = notNullColumns(relation, names)
  return columns === relation.columns ? relation : relationWith(relation, { columns })
}

function notNullColumns({ columns }: Relation, names: readonly string[]): readonly Column[] {
  return mapShared(columns, (column) =>
    column.notNull || !names.includes(column.name) ? column : columnWith(column, { notNull: true }),
  )
}

function addCheck(
  context: StatementContext,
  relation: Relation,
  node: ConstraintNode,
  moment: Moment,
): Relation {
  const { state } = context
  const columns = columnsNamed(relation, node.raw_expr)
  const only = columns.length === 1 ? (columns[0] ?? null) : null
  const name = node.conname ?? chooseConstraintName(state, relation.namespace, relation.name, only, 'check')
  const expression = node.raw_expr === undefined ? null : bindExpression(context, node.raw_expr, relation)
  return put(
    context,
    relation,
    newConstraint(context, node, moment, { name, kind: 'check', columns, expression }),
  )
}

/** The columns of the relation that an expression names, each once, in order of appearance. */
function columnsNamed(relation: Relation, expression: Node | undefined): string[] {
  const found = new Set<string>()
  walk(expression, (kind, value) => {
    if (kind !== 'ColumnRef') return true
    const name = strings((value as { fields?: Node[] }).fields).at(-1)
    if (relation.columns.some((column) => column.name === name)) found.add(name ?? '')
    return false
  })
  return [...found]
}

type ConstraintFacts = Pick<Constraint, 'name' | 'kind' | 'columns'> &
  Partial<Pick<Constraint, 'references' | 'expression' | 'index'>>

function newConstraint(
  context: StatementContext,
  node: ConstraintNode,
  moment: Moment,
  { name, kind, columns, references = null, expression = null, index = null }: ConstraintFacts,
): Constraint {
  const canBeUnenforced = node.contype === 'CONSTR_CHECK' || node.contype === 'CONSTR_FOREIGN'
  const enforced = !canBeUnenforced || node.is_enforced === true
  return {
    name,
    kind,
    columns,
    references,
    expression,
    index,
    validated: enforced && (moment === 'creating' || node.skip_validation !== true),
    enforced,
    noInherit: node.is_no_inherit === true,
    source: context.sourceAt(node.location),
  }
}

function addKey(context: StatementContext, relation: Relation, node: ConstraintNode): Relation {
  const primary = node.contype === 'CONSTR_PRIMARY'
  const keys = strings(node.keys)
  const included = strings(node.including)
  if (refusesColumns(context, relation, [...keys, ...included])) return relation
  if (primary && relation.constraints.some(({ kind }) => kind === 'primary-key')) {
    context.unmodelled(`${relation.id} has a primary key already`, [relation.id])
    return relation
  }
  const index: Index = {
    name: node.conname ?? '',
    unique: true,
    method: node.without_overlaps === true ? 'gist' : 'btree',
    keys,
    included,
    predicate: null,
    source: context.sourceAt(node.location),
  }
  return putKey(context, relation, node, index, primary ? 'primary-key' : 'unique')
}

function addExclusion(context: StatementContext, relation: Relation, node: ConstraintNode): Relation {
  const elements = indexElements(
    (node.exclusions ?? []).flatMap((pair) => as(pair, 'List')?.items?.[0] ?? []),
  )
  if (refusesColumns(context, relation, columnNames(elements))) return relation
  const { where_clause } = node
  const index: Index = {
    name: node.conname ?? '',
    unique: false,
    method: node.access_method ?? 'btree',
    keys: elements.map((element) => indexKey(context, relation, element)),
    included: strings(node.including),
    predicate: where_clause === undefined ? null : bindExpression(context, where_clause, relation),
    source: context.sourceAt(node.location),
  }
  return putKey(context, relation, node, index, 'exclude')
}

/** Puts an index and the constraint of the same name that it stands behind; a name that is not written is chosen. */
function putKey(
  context: StatementContext,
  relation: Relation,
  node: ConstraintNode,
  index: Index,
  kind: 'primary-key' | 'unique' | 'exclude',
): Relation {
  const { state } = context
  const { namespace } = relation
  const { conname } = node
  if (conname !== undefined && isRelationNameTaken(state, namespace, conname)) {
    context.unmodelled(`a relation "${conname}" exists already, so no index can have the name`, [relation.id])
    return relation
  }
  const name = conname ?? keyName(context, relation, index, kind)
  const columns = index.keys.filter((key) => typeof key === 'string')
  state.indexes.set(displayId(namespace, name), relation.id)
  const constraint = newConstraint(context, node, 'altering', { name, kind, columns, index: name })
  return put(context, relation, constraint, {
    columns: kind === 'primary-key' ? notNullColumns(relation, columns) : relation.columns,
    indexes: [...relation.indexes, indexWith(index, { name })],
  })
}

function keyName(
  { state }: StatementContext,
  { namespace, name }: Relation,
  index: Index,
  kind: 'primary-key' | 'unique' | 'exclude',
): string {
  const columns = kind === 'primary-key' ? null : nameOfColumns(index)
  return chooseRelationName(state, namespace, name, columns, indexLabels[kind])
}

/** ADD CONSTRAINT ... USING INDEX: the index takes the constraint's name. */
function addKeyOf(context: StatementContext, relation: Relation, node: ConstraintNode): Relation {
  const index = relation.indexes.find(({ name }) => name === node.indexname)
  if (index === undefined) {
    context.unmodelled(`${relation.id} has no index "${node.indexname}"`, [relation.id])
    return relation
  }
  const name = node.conname ?? index.name
  const kind = node.contype === 'CONSTR_PRIMARY' ? 'primary-key' : 'unique'
  const columns = index.keys.filter((key) => typeof key === 'string')
  context.state.indexes.delete(displayId(relation.namespace, index.name))
  context.state.indexes.set(displayId(relation.namespace, name), relation.id)
  const constraint = newConstraint(context, node, 'altering', { name, kind, columns, index: name })
  return put(context, relation, constraint, {
    columns: kind === 'primary-key' ? notNullColumns(relation, columns) : relation.columns,
    indexes: relation.indexes.map((own) => (own === index ? indexWith(index, { name }) : own)),
  })
}

const actions: Readonly<Record<string, ForeignKeyAction>> = {
  a: 'no-action',
  r: 'restrict',
  c: 'cascade',
  n: 'set-null',
  d: 'set-default',
}

function addForeignKey(
  context: StatementContext,
  relation: Relation,
  node: ConstraintNode,
  moment: Moment,
): Relation {
  const { state } = context
  const target = node.pktable ?? {}
  const referenced = findRelation(state, target)
  const columns = strings(node.fk_attrs)
  if (refusesColumns(context, relation, columns)) return relation
  if (referenced === undefined) reportMissing(context, presumedId(state, target))
  const written = strings(node.pk_attrs)
  const primaryKey = referenced?.constraints.find(({ kind }) => kind === 'primary-key')
  if (referenced !== undefined && written.length === 0 && primaryKey === undefined) {
    context.unmodelled(`${referenced.id} has no primary key to reference`, [relation.id])
    return relation
  }
  if (referenced !== undefined && refusesColumns(context, referenced, written)) return relation
  const { namespace, name } = relation
  const constraint = newConstraint(context, node, moment, {
    name:
      node.conname ?? chooseConstraintName(state, namespace, name, clipIdentifier(columns.join('_')), 'fkey'),
    kind: 'foreign-key',
    columns,
    references: {
      relation: referenced?.id ?? presumedId(state, target),
      columns: written.length > 0 ? written : (primaryKey?.columns ?? []),
      onDelete: actions[node.fk_del_action ?? 'a'] ?? 'no-action',
      onUpdate: actions[node.fk_upd_action ?? 'a'] ?? 'no-action',
    },
  })
  return put(context, relation, constraint)
}

/** Says once in a history that a statement refers to a relation that nothing creates. */
function reportMissing(context: StatementContext, id: string): void {
  const reason = `refers to ${id}, which no statement created`
  const reported = [...context.state.unmodelled.values()].some((statement) => statement.reason === reason)
  if (!reported) context.unmodelled(reason, [id])
}
