import type { Node } from 'libpg-query'
import type { Policy, PolicyCommand, Relation, RoleName } from '../../model/schema-model.ts'
import { bindExpression } from '../bind.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { knownRelation, withNamed } from '../known.ts'
import { relationWith } from '../records.ts'
import { roleNames } from '../roles.ts'

const commands: readonly string[] = ['all', 'select', 'insert', 'update', 'delete'] satisfies PolicyCommand[]

/**
 * A clause that the command doesn't admit (WITH CHECK for SELECT, USING for INSERT) makes the server refuse the
 * statement. The policy is kept as written all the same, so that a check can say what is wrong with it.
 */
export const policyStatements = {
  CreatePolicyStmt(statement, context) {
    const relation = knownRelation(context, statement.table)
    if (relation === undefined) return
    const name = statement.policy_name ?? ''
    const command = statement.cmd_name ?? 'all'
    if (relation.kind !== 'table' && relation.kind !== 'partitioned-table') {
      return context.unmodelled(`a ${relation.kind} takes no policies: ${relation.id}`, [relation.id])
    }
    if (relation.policies.some((policy) => policy.name === name)) {
      return context.unmodelled(`policy ${name} exists on ${relation.id} already`, [relation.id])
    }
    if (!isCommand(command)) {
      return context.unmodelled(`CREATE POLICY FOR ${command} is no policy command`, [relation.id])
    }
    putPolicy(context, relation, {
      name,
      command,
      permissive: statement.permissive ?? false,
      roles: policyRoles(context, statement.roles),
      using: bound(context, statement.qual, relation),
      withCheck: bound(context, statement.with_check, relation),
      source: context.source,
    })
  },

  AlterPolicyStmt(statement, context) {
    const relation = knownRelation(context, statement.table)
    if (relation === undefined) return
    const name = statement.policy_name ?? ''
    const policy = relation.policies.find((candidate) => candidate.name === name)
    if (policy === undefined) {
      return context.unmodelled(`${relation.id} has no policy ${name}`, [relation.id])
    }
    putPolicy(context, relation, {
      ...policy,
      roles: statement.roles === undefined ? policy.roles : policyRoles(context, statement.roles),
      using: bound(context, statement.qual, relation) ?? policy.using,
      withCheck: bound(context, statement.with_check, relation) ?? policy.withCheck,
      source: context.source,
    })
  },
} satisfies Partial<Handlers>

function isCommand(command: string): command is PolicyCommand {
  return commands.includes(command)
}

/** PostgreSQL ignores other roles beside PUBLIC. */
function policyRoles(context: StatementContext, specs: readonly Node[] | undefined): readonly RoleName[] {
  const roles = roleNames(context, specs)
  return roles.includes('public') ? ['public'] : roles
}

function bound(context: StatementContext, clause: Node | undefined, relation: Relation) {
  return clause === undefined ? null : bindExpression(context, clause, relation)
}

function putPolicy(context: StatementContext, relation: Relation, policy: Policy): void {
  context.state.put(relationWith(relation, { policies: withNamed(relation.policies, policy) }))
}
