import type { AlterTableCmd, AlterTableStmt, AlterTableType, Constraint as ConstraintNode } from 'libpg-query'
import type { Relation, RelationId } from '../../model/schema-model.ts'
import { as } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { knownRelation } from '../known.ts'
import { findRelation, findSequence, presumedId } from '../names.ts'
import { ownedBy } from '../privileges.ts'
import { relationWith } from '../records.ts'
import { roleName } from '../roles.ts'
import { columnCommands } from './alter-column.ts'
import { constraintCommands } from './alter-constraint.ts'
import { columnNamed, tableConstraintsOf } from './columns.ts'
import { addParent, attachPartition, removeParent } from './partitions.ts'
import { setViewOptions } from './views.ts'

/** The relation that is altered; `only` where its children are to be left alone. */
export interface AlterTarget {
  readonly id: RelationId
  readonly only: boolean
}

/** The server runs the commands of one statement in passes, not as written. */
export type AlterPass =
  | 'drop'
  | 'type'
  | 'column'
  | 'constraint'
  | 'attribute'
  | 'index'
  | 'foreign key'
  | 'rest'

export interface AlterCommand {
  readonly pass: AlterPass | ((command: AlterTableCmd) => AlterPass)
  apply(context: StatementContext, relation: Relation, command: AlterTableCmd, target: AlterTarget): void
}

const passes: readonly AlterPass[] = [
  ...(['drop', 'type', 'column', 'constraint', 'attribute', 'index', 'foreign key', 'rest'] as const),
]

/** Of what is no fact of the model: storage, statistics, replica identity, and commands that the grammar never makes. */
const noFact: AlterCommand = { pass: 'rest', apply() {} }

function change(of: (context: StatementContext, command: AlterTableCmd) => Partial<Relation>): AlterCommand {
  return {
    pass: 'rest',
    apply(context, relation, command) {
      context.state.put(relationWith(relation, of(context, command)))
    },
  }
}

function viewOptions(how: 'set' | 'reset'): AlterCommand {
  return {
    pass: 'rest',
    apply(context, { id, view }, { def }) {
      if (view !== null) setViewOptions(context, id, as(def, 'List')?.items ?? [], how)
    },
  }
}

/** `name`: of one trigger; of all where left out. Partitions have the triggers of their parent. */
function triggers(enabled: boolean): AlterCommand {
  const apply: AlterCommand['apply'] = (context, relation, command, target) => {
    const { name } = command
    if (name !== undefined && !relation.triggers.some((trigger) => trigger.name === name)) {
      context.unmodelled(`${relation.id} has no trigger "${name}"`, [relation.id])
      return
    }
    const triggers = relation.triggers.map((trigger) =>
      name === undefined || trigger.name === name ? { ...trigger, enabled } : trigger,
    )
    context.state.put(relationWith(relation, { triggers }))
    if (target.only) return
    for (const partition of context.state.relations.partitionsOf(relation.id)) {
      const has = name === undefined || partition.triggers.some((trigger) => trigger.name === name)
      if (has) apply(context, partition, command, target)
    }
  }
  return { pass: 'rest', apply }
}

function rule(enabled: boolean): AlterCommand {
  return {
    pass: 'rest',
    apply({ state }, relation, { name }) {
      const rules = relation.rules.map((one) => (one.name === name ? { ...one, enabled } : one))
      state.put(relationWith(relation, { rules }))
    },
  }
}

function persistence(to: 'permanent' | 'unlogged'): AlterCommand {
  return change(() => ({ persistence: to }))
}

const commands: { readonly [K in AlterTableType]: AlterCommand } = {
  ...columnCommands,
  ...constraintCommands,
  AT_EnableRowSecurity: change(({ source }) => ({
    rowSecurityEnabled: true,
    rowSecurityEnabledSource: source,
  })),
  AT_DisableRowSecurity: change(({ source }) => ({
    rowSecurityEnabled: false,
    rowSecurityEnabledSource: source,
  })),
  AT_ForceRowSecurity: change(({ source }) => ({ rowSecurityForced: true, rowSecurityForcedSource: source })),
  AT_NoForceRowSecurity: change(({ source }) => ({
    rowSecurityForced: false,
    rowSecurityForcedSource: source,
  })),
  AT_ChangeOwner: {
    pass: 'rest',
    apply(context, relation, { newowner }) {
      const { state } = context
      const owner = roleName(context, newowner)
      state.put(relationWith(relation, ownedBy(relation, owner)))
      for (const sequence of state.sequencesByOwner.group(relation.id)) {
        state.sequences.set(sequence.id, { ...sequence, ...ownedBy(sequence, owner) })
      }
    },
  },
  AT_EnableTrig: triggers(true),
  AT_EnableAlwaysTrig: triggers(true),
  AT_EnableTrigAll: triggers(true),
  AT_EnableTrigUser: triggers(true),
  AT_EnableReplicaTrig: triggers(false),
  AT_DisableTrig: triggers(false),
  AT_DisableTrigAll: triggers(false),
  AT_DisableTrigUser: triggers(false),
  AT_AddInherit: {
    pass: 'rest',
    apply(context, relation, { def }) {
      const parent = knownRelation(context, as(def, 'RangeVar'))
      if (parent !== undefined) addParent(context, relation, parent)
    },
  },
  AT_DropInherit: {
    pass: 'rest',
    apply(context, relation, { def }) {
      const parent = knownRelation(context, as(def, 'RangeVar'))
      if (parent !== undefined) removeParent(context, relation, parent.id)
    },
  },
  AT_AttachPartition: {
    pass: 'rest',
    apply(context, relation, { def }) {
      const partition = knownRelation(context, as(def, 'PartitionCmd')?.name)
      if (partition !== undefined) attachPartition(context, relation, partition)
    },
  },
  AT_DetachPartition: {
    pass: 'rest',
    apply(context, relation, { def }) {
      const partition = knownRelation(context, as(def, 'PartitionCmd')?.name)
      if (partition !== undefined) removeParent(context, partition, relation.id)
    },
  },
  AT_DetachPartitionFinalize: noFact,
  AT_SetLogged: persistence('permanent'),
  AT_SetUnLogged: persistence('unlogged'),
  AT_SetRelOptions: viewOptions('set'),
  AT_ResetRelOptions: viewOptions('reset'),
  AT_ReplaceRelOptions: viewOptions('set'),
  AT_EnableRule: rule(true),
  AT_EnableAlwaysRule: rule(true),
  AT_EnableReplicaRule: rule(false),
  AT_DisableRule: rule(false),
  AT_AddOf: noFact,
  AT_DropOf: noFact,
  AT_ReplicaIdentity: noFact,
  AT_ClusterOn: noFact,
  AT_DropCluster: noFact,
  AT_DropOids: noFact,
  AT_SetAccessMethod: noFact,
  AT_SetTableSpace: noFact,
  AT_GenericOptions: noFact,
  AT_SetStatistics: noFact,
  AT_SetOptions: noFact,
  AT_ResetOptions: noFact,
  AT_SetStorage: noFact,
  AT_SetCompression: noFact,
  AT_AlterColumnGenericOptions: noFact,
  AT_AddColumnToView: noFact,
  AT_CookedColumnDefault: noFact,
  AT_AddIndex: noFact,
  AT_ReAddIndex: noFact,
  AT_ReAddConstraint: noFact,
  AT_ReAddDomainConstraint: noFact,
  AT_AddIndexConstraint: noFact,
  AT_ReAddComment: noFact,
  AT_ReAddStatistics: noFact,
}

export const alterTableStatements = {
  AlterTableStmt(statement, context) {
    switch (statement.objtype) {
      case 'OBJECT_INDEX':
      case 'OBJECT_TYPE':
        return
      default:
        alterTable(statement, context)
    }
  },
} satisfies Partial<Handlers>

function alterTable(statement: AlterTableStmt, context: StatementContext): void {
  const { state } = context
  const target = statement.relation ?? {}
  const relation = findRelation(state, target)
  if (relation === undefined) {
    if (!alterSequence(statement, context)) reportUnknown(statement, context)
    return
  }
  const { id } = relation
  const steps: AlterTableCmd[] = []
  for (const node of statement.cmds ?? []) {
    const command = as(node, 'AlterTableCmd')
    if (command !== undefined) steps.push(command, ...constraintsOfNewColumn(relation, command))
  }
  if (steps.length > 1) steps.sort((a, b) => passes.indexOf(passOf(a)) - passes.indexOf(passOf(b)))
  for (const command of steps) {
    const now = state.relations.get(id)
    if (now !== undefined) commandOf(command).apply(context, now, command, { id, only: target.inh !== true })
  }
}

function commandOf({ subtype = 'AT_AddColumn' }: AlterTableCmd): AlterCommand {
  return commands[subtype]
}

function passOf(command: AlterTableCmd): AlterPass {
  const { pass } = commandOf(command)
  return typeof pass === 'function' ? pass(command) : pass
}

/** What ADD COLUMN says of the table, as commands of their own; nothing where the column is there already. */
function constraintsOfNewColumn(relation: Relation, { subtype, def }: AlterTableCmd): AlterTableCmd[] {
  const definition = as(def, 'ColumnDef')
  if (subtype !== 'AT_AddColumn' || definition === undefined) return []
  if (columnNamed(relation, definition.colname) !== undefined) return []
  return tableConstraintsOf(definition).map(
    (Constraint: ConstraintNode): AlterTableCmd => ({ subtype: 'AT_AddConstraint', def: { Constraint } }),
  )
}

/** ALTER TABLE serves sequences too (older dumps set their owners so); false where the target is none. */
function alterSequence(statement: AlterTableStmt, context: StatementContext): boolean {
  const { state } = context
  const sequence = findSequence(state, statement.relation ?? {})
  if (sequence === undefined) return false
  const commands = (statement.cmds ?? []).map((node) => as(node, 'AlterTableCmd'))
  const newowner = commands.find((command) => command?.subtype === 'AT_ChangeOwner')?.newowner
  if (newowner !== undefined) {
    state.sequences.set(sequence.id, { ...sequence, ...ownedBy(sequence, roleName(context, newowner)) })
  }
  return true
}

/** With IF EXISTS it matters only where something that isn't understood may have created the relation. */
function reportUnknown(statement: AlterTableStmt, context: StatementContext): void {
  const id = presumedId(context.state, statement.relation ?? {})
  if (statement.missing_ok !== true) {
    context.unmodelled(`no statement created ${id}`, [id])
    return
  }
  const before = [...context.state.unmodelled.values()]
  const cause = before.find(({ affects }) => affects === null || affects.includes(id))
  if (cause !== undefined) {
    context.unmodelled(`IF EXISTS: whether ${id} exists is not known, since "${cause.reason}"`, [id])
  }
}
