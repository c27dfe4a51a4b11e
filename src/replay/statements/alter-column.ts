import type { AlterTableCmd, AlterTableType } from 'libpg-query'
import type { Column, Relation } from '../../model/schema-model.ts'
import { as } from '../../sql/node.ts'
import { bindExpression } from '../bind.ts'
import type { StatementContext } from '../context.ts'
import { dropColumn } from '../drop.ts'
import { typeName } from '../names.ts'
import { columnWith, relationWith } from '../records.ts'
import type { AlterCommand, AlterTarget } from './alter-table.ts'
import { addColumn, addIdentity, columnNamed, defaultOf, withColumnSet } from './columns.ts'
import { withNotNull } from './constraints.ts'
import { replayEffects } from './data.ts'

/** Changes one column of the relation and, where the command passes down, of its children. */
type ColumnChange = (
  column: Column,
  command: AlterTableCmd,
  context: StatementContext,
  relation: Relation,
) => Partial<Column> | string

/** `down`: which children the server applies it to as well. A string from `of` is why the server would refuse. */
function alterColumn(
  pass: AlterCommand['pass'],
  down: 'children' | 'partitions' | 'inheriting',
  of: ColumnChange,
): AlterCommand {
  const apply: AlterCommand['apply'] = (context, relation, command, target) => {
    const { state } = context
    const column = columnNamed(relation, command.name)
    if (column === undefined) {
      context.unmodelled(`${relation.id} has no column "${command.name}"`, [relation.id])
      return
    }
    const changed = of(column, command, context, relation)
    if (typeof changed === 'string') {
      if (command.missing_ok !== true)
        context.unmodelled(`${relation.id}.${column.name} ${changed}`, [relation.id])
      return
    }
    state.put(withColumnSet(state.relations.get(relation.id) ?? relation, columnWith(column, changed)))
    if (target.only) return
    for (const child of state.relations.childrenOf(relation.id)) {
      const isPartition = child.partitionOf === relation.id
      const inherits = child.columns.some(({ name, inherited }) => name === column.name && inherited)
      if (isPartition || down === 'children' || (down === 'inheriting' && inherits)) {
        apply(context, child, command, target)
      }
    }
  }
  return { pass, apply }
}

export const columnCommands = {
  AT_AddColumn: { pass: 'column', apply: addColumnTo },
  AT_DropColumn: {
    pass: 'drop',
    apply(context, relation, { name = '', behavior, missing_ok }, { only }) {
      if (columnNamed(relation, name) === undefined) {
        if (missing_ok !== true) context.unmodelled(`${relation.id} has no column "${name}"`, [relation.id])
        return
      }
      if (only) keepInChildren(context, relation, name)
      dropColumn(context, relation.id, name, behavior === 'DROP_CASCADE')
    },
  },
  AT_ColumnDefault: alterColumn(
    ({ def }) => (def === undefined ? 'drop' : 'foreign key'),
    'children',
    (column, { def }, context, relation) => {
      if (column.generated !== null || column.identity !== null) return 'has no default of its own'
      return { default: defaultOf(context, relation, def) }
    },
  ),
  AT_SetNotNull: alterColumn('attribute', 'children', () => ({ notNull: true })),
  AT_DropNotNull: alterColumn('drop', 'inheriting', ({ name, identity }, _command, _context, relation) => {
    const key = relation.constraints.find(({ kind }) => kind === 'primary-key')
    if (key?.columns.includes(name)) return 'is in the primary key, so that NOT NULL stays'
    return identity === null ? { notNull: false } : 'is an identity column, so that NOT NULL stays'
  }),
  AT_AlterColumnType: alterColumn('type', 'children', (_column, { def }, { state }) => {
    const type = as(def, 'ColumnDef')?.typeName
    return type === undefined ? {} : { type: typeName(state, type) }
  }),
  AT_SetExpression: alterColumn('attribute', 'children', (column, { def }, context, relation) => {
    if (column.generated === null || def === undefined) return 'is not generated'
    return { default: bindExpression(context, def, relation) }
  }),
  AT_DropExpression: alterColumn('drop', 'children', ({ generated }) =>
    generated === null ? 'is not generated' : { generated: null, default: null },
  ),
  AT_AddIdentity: alterColumn('attribute', 'partitions', (column, { def }, context, relation) => {
    if (!column.notNull) return 'is not NOT NULL, so that it cannot become an identity column'
    if (column.identity !== null) return 'is an identity column already'
    return addIdentity(context, relation, column, as(def, 'Constraint') ?? {})
  }),
  AT_SetIdentity: alterColumn('attribute', 'partitions', ({ identity }, { def }) => {
    if (identity === null) return 'is no identity column'
    const options = (as(def, 'List')?.items ?? []).map((node) => as(node, 'DefElem'))
    const generated = as(options.find((option) => option?.defname === 'generated')?.arg, 'Integer')?.ival
    if (generated === undefined) return {}
    return { identity: generated === 'a'.charCodeAt(0) ? 'always' : 'by-default' }
  }),
  AT_DropIdentity: alterColumn('drop', 'partitions', ({ identity, name }, _command, { state }, relation) => {
    if (identity === null) return 'is no identity column'
    for (const { id, ownedBy } of state.sequencesByOwner.group(relation.id)) {
      if (ownedBy?.column === name) state.sequences.delete(id)
    }
    return { identity: null }
  }),
} satisfies Partial<Record<AlterTableType, AlterCommand>>

function addColumnTo(
  context: StatementContext,
  relation: Relation,
  { def, missing_ok }: AlterTableCmd,
  { only }: AlterTarget,
): void {
  const definition = as(def, 'ColumnDef') ?? {}
  if (columnNamed(relation, definition.colname) !== undefined) {
    if (missing_ok !== true) {
      context.unmodelled(`${relation.id} has a column "${definition.colname}" already`, [relation.id])
    }
    return
  }
  const changed = addColumn(context, relation, definition)
  context.state.put(changed)
  const column = changed.columns.at(-1)
  if (column?.default != null) replayEffects(column.default, context)
  if (column !== undefined && !only) passDownColumn(context, changed, column)
}

/** Children that have the column already keep it as theirs. */
function passDownColumn(context: StatementContext, parent: Relation, column: Column): void {
  for (const child of context.state.relations.childrenOf(parent.id)) {
    const present = child.columns.some(({ name }) => name === column.name)
    const changed = present
      ? withNotNull(child, column.notNull ? [column.name] : [])
      : relationWith(child, { columns: [...child.columns, columnWith(column, { inherited: true })] })
    context.state.put(changed)
    if (!present) passDownColumn(context, changed, column)
  }
}

/** ONLY: what children inherited of the column becomes their own. */
function keepInChildren(context: StatementContext, relation: Relation, name: string): void {
  for (const child of context.state.relations.childrenOf(relation.id)) {
    const column = child.columns.find((candidate) => candidate.name === name)
    if (column !== undefined)
      context.state.put(withColumnSet(child, columnWith(column, { inherited: false })))
  }
}
