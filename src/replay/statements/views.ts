import type { CreateTableAsStmt, Node, ViewStmt } from 'libpg-query'
import type { Column, Relation, RelationId, ViewDefinition } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import { bindQuery } from '../bind.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { creationNamespace, temporaryNamespace } from '../names.ts'
import { newRelation } from '../new-relation.ts'
import { relationWith } from '../records.ts'
import { withOutputNames } from '../rename-column.ts'
import { isTaken } from '../taken.ts'
import { noViewOptions, readViewOptions, resetViewOptions } from '../view-options.ts'
import { resultColumns } from './copies.ts'

export const viewStatements = {
  ViewStmt(statement, context) {
    const { state } = context
    if (statement.query === undefined) return
    const view = definition(statement, statement.query, context)
    if (view === null) return
    const target = statement.view ?? {}
    const reads = view.reads.map((id) => state.relations.get(id))
    const temporary = reads.some((relation) => relation?.persistence === 'temporary')
    const namespace = temporary ? temporaryNamespace : creationNamespace(state, target)
    const name = target.relname ?? ''
    const columns = viewColumns(context, statement.query, statement.aliases)
    const existing = state.relations.get(displayId(namespace, name))
    if (statement.replace && existing !== undefined) replaceView(context, existing, view, columns)
    else if (!isTaken(context, namespace, name, false)) {
      const created = newRelation(context, { namespace, name, kind: 'view' })
      state.put(relationWith(created, { columns, view }))
    }
  },

  RefreshMatViewStmt() {},
} satisfies Partial<Handlers>

/** CREATE MATERIALIZED VIEW. */
export function createMaterializedView(statement: CreateTableAsStmt, context: StatementContext): void {
  const { state } = context
  const { query, into, if_not_exists: ifNotExists = false } = statement
  const namespace = creationNamespace(state, into?.rel ?? {})
  const name = into?.rel?.relname ?? ''
  if (query === undefined || isTaken(context, namespace, name, ifNotExists)) return
  const created = newRelation(context, { namespace, name, kind: 'materialized-view' })
  const columns = viewColumns(context, query, into?.colNames)
  const bound = bindQuery(context, query)
  const named = withOutputNames(bound.query, strings(into?.colNames))
  state.put(relationWith(created, { columns, view: { ...bound, query: named, ...noViewOptions } }))
}

/** ALTER VIEW ... SET / RESET (...), which arrive as commands of ALTER TABLE. A materialized view has other options. */
export function setViewOptions(
  context: StatementContext,
  id: RelationId,
  options: readonly Node[],
  how: 'set' | 'reset',
): void {
  const relation = context.state.relations.get(id)
  if (relation?.kind !== 'view' || relation.view === null) return
  const changed = how === 'set' ? readViewOptions(options) : resetViewOptions(options)
  if (typeof changed === 'string') context.unmodelled(changed, [id])
  else context.state.put(relationWith(relation, { view: { ...relation.view, ...changed } }))
}

function definition(statement: ViewStmt, query: Node, context: StatementContext): ViewDefinition | null {
  const options = readViewOptions(statement.options ?? [])
  if (typeof options === 'string') {
    context.unmodelled(options, [])
    return null
  }
  const written = checkOptions[statement.withCheckOption ?? 'NO_CHECK_OPTION']
  const checkOption = written ?? options.checkOption ?? null
  const bound = bindQuery(context, query)
  const named = withOutputNames(bound.query, strings(statement.aliases))
  return { ...bound, query: named, ...noViewOptions, ...options, checkOption }
}

const checkOptions = {
  NO_CHECK_OPTION: null,
  LOCAL_CHECK_OPTION: 'local',
  CASCADED_CHECK_OPTION: 'cascaded',
} as const

/** Empty where they can't be told. */
function viewColumns(
  context: StatementContext,
  query: Node,
  aliases: readonly Node[] | undefined,
): readonly Column[] {
  const select = as(query, 'SelectStmt')
  return (select && resultColumns(context, select, strings(aliases))) ?? []
}

/** OR REPLACE keeps owner, grants, triggers and rules; options that are not written again are lost. */
function replaceView(
  context: StatementContext,
  existing: Relation,
  view: ViewDefinition,
  columns: readonly Column[],
): void {
  const kept = columns.length === 0 || existing.columns.every(({ name }, at) => columns[at]?.name === name)
  if (existing.kind !== 'view') {
    context.unmodelled(`${existing.id} is a ${existing.kind}, not a view`, [existing.id])
  } else if (!kept) {
    context.unmodelled(`OR REPLACE can't drop or rename columns of ${existing.id}`, [existing.id])
  } else {
    context.state.put(relationWith(existing, { view, columns, source: context.source }))
  }
}
