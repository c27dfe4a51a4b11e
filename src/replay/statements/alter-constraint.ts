import type { AlterTableCmd, AlterTableType, Constraint as ConstraintNode } from 'libpg-query'
import type { Constraint, Relation } from '../../model/schema-model.ts'
import { as, strings } from '../../sql/node.ts'
import type { StatementContext } from '../context.ts'
import { dropConstraint } from '../drop.ts'
import { constraintWith, relationWith } from '../records.ts'
import { columnCommands } from './alter-column.ts'
import type { AlterCommand, AlterPass, AlterTarget } from './alter-table.ts'
import { columnOfNotNull } from './columns.ts'
import { addConstraint } from './constraints.ts'
import { passDownConstraint } from './partitions.ts'

const passOfKind: Partial<Record<NonNullable<ConstraintNode['contype']>, AlterPass>> = {
  CONSTR_PRIMARY: 'index',
  CONSTR_UNIQUE: 'index',
  CONSTR_EXCLUSION: 'index',
  CONSTR_FOREIGN: 'foreign key',
}

export const constraintCommands = {
  AT_AddConstraint: {
    pass: ({ def }) => passOfKind[as(def, 'Constraint')?.contype ?? 'CONSTR_CHECK'] ?? 'constraint',
    apply(context, relation, { def }, target) {
      const node = as(def, 'Constraint') ?? {}
      const changed = addConstraint(context, relation, node, 'altering')
      if (node.contype === 'CONSTR_NOTNULL' || node.contype === 'CONSTR_PRIMARY') {
        for (const name of strings(node.keys)) passDownNotNull(context, changed, name, target)
      }
      const added = changed.constraints.at(-1)
      const isNew = changed.constraints.length > relation.constraints.length
      if (isNew && added !== undefined && !target.only) passDownConstraint(context, changed, added)
    },
  },
  AT_DropConstraint: {
    pass: 'drop',
    apply(context, relation, command, target) {
      const { name = '', behavior, missing_ok } = command
      const constraint = relation.constraints.find((candidate) => candidate.name === name)
      if (constraint !== undefined) {
        if (target.only && constraint.kind === 'check') {
          context.state.put(without(relation, constraint))
          return
        }
        dropConstraint(context, relation.id, name, behavior === 'DROP_CASCADE')
        return
      }
      const column = columnOfNotNull(context, relation, name)
      if (column !== undefined) {
        columnCommands.AT_DropNotNull.apply(context, relation, { name: column }, target)
      } else if (missing_ok !== true) {
        context.unmodelled(`${relation.id} has no constraint "${name}"`, [relation.id])
      }
    },
  },
  AT_ValidateConstraint: alterConstraint(() => ({ validated: true })),
  AT_AlterConstraint: alterConstraint((command) => {
    const { alterEnforceability, is_enforced } = as(command.def, 'ATAlterConstraint') ?? {}
    const enforced = is_enforced === true
    return alterEnforceability === true ? { enforced, validated: enforced } : {}
  }),
} satisfies Partial<Record<AlterTableType, AlterCommand>>

function without(relation: Relation, constraint: Constraint): Relation {
  const constraints = relation.constraints.filter((candidate) => candidate !== constraint)
  return relationWith(relation, { constraints })
}

function passDownNotNull(
  context: StatementContext,
  relation: Relation,
  name: string,
  { only, id }: AlterTarget,
): void {
  if (only) return
  for (const child of context.state.relations.childrenOf(relation.id)) {
    columnCommands.AT_SetNotNull.apply(context, child, { name }, { only, id })
  }
}

/** Changes a constraint and those that children have of it. */
function alterConstraint(of: (command: AlterTableCmd) => Partial<Constraint>): AlterCommand {
  const apply: AlterCommand['apply'] = (context, relation, command, target) => {
    const name = command.name ?? as(command.def, 'ATAlterConstraint')?.conname ?? ''
    const constraint = relation.constraints.find((candidate) => candidate.name === name)
    if (constraint === undefined) {
      if (columnOfNotNull(context, relation, name) !== undefined) return
      context.unmodelled(`${relation.id} has no constraint "${name}"`, [relation.id])
      return
    }
    const changed = constraintWith(constraint, of(command))
    const constraints = relation.constraints.map((own) => (own === constraint ? changed : own))
    context.state.put(relationWith(relation, { constraints }))
    for (const child of context.state.relations.childrenOf(relation.id)) {
      if (child.constraints.some((own) => own.name === name && own.kind === constraint.kind)) {
        apply(context, child, command, target)
      }
    }
  }
  return { pass: 'rest', apply }
}
