import { printName } from '../../sql/expression.ts'
import { sql } from '../../sql/template.ts'
import type { Blueprint, RelationName } from '../blueprint.ts'
import { writeName } from '../row-security.ts'
import { supportTenant, taskIsOpen, tenantSetting, verifiedTenant } from './expressions.ts'
import { type Access, type Reversible, type RowCommand, rowCommands } from './options.ts'
import { revokeFromOthers } from './revoke-from-others.ts'

/** A policy to be. */
interface PolicyPart {
  readonly name: string
  readonly restrictive?: boolean
  readonly command: RowCommand | 'all'
  readonly role: string
  readonly condition: string
}

/**
 * What makes a table that was just created safe: nobody else's privileges, row security, policies, then the grants. As a whole, in the
 * transaction that creates the table; without one in this order, so that the application gets at the table last.
 */
export function protection(blueprint: Blueprint, table: RelationName, access: Access): Reversible {
  const { up, down } = flags(table)
  const policies = policyParts(blueprint, access)
  const privileges = grants(blueprint, table, access)
  return {
    up: [
      revokeFromOthers(table),
      ...up,
      ...policies.map((policy) => createPolicy(table, policy)),
      ...privileges.up,
    ],
    down: [...privileges.down, ...policies.map(({ name }) => dropPolicy(table, name)).reverse(), ...down],
  }
}

/** A partition is protected like its table, and nobody is granted it: the way to its rows is the table. */
export function partitionProtection(
  blueprint: Blueprint,
  partition: RelationName,
  access: Access,
): readonly string[] {
  const policies = policyParts(blueprint, access)
  return [
    revokeFromOthers(partition),
    ...flags(partition).up,
    ...policies.map((policy) => createPolicy(partition, policy)),
  ]
}

/** ENABLE and FORCE. */
export function flags(table: RelationName): Reversible {
  const name = writeName(table)
  return {
    up: [`alter table ${name} enable row level security`, `alter table ${name} force row level security`],
    down: [
      `alter table ${name} no force row level security`,
      `alter table ${name} disable row level security`,
    ],
  }
}

export function policyParts(blueprint: Blueprint, access: Access): readonly PolicyPart[] {
  const { appRole, supportRole } = blueprint
  const key = printName(blueprint.tenantKey)
  const parts: PolicyPart[] = openCommands(access).map((command) => ({
    name: `tenant_${command}`,
    command,
    role: appRole,
    condition: `${key} = ${verifiedTenant(blueprint, access.roles?.[command] ?? null)}`,
  }))
  parts.push({
    name: 'tenant_barrier',
    restrictive: true,
    command: 'all',
    role: appRole,
    condition: `${key} = (select ${tenantSetting(blueprint)})`,
  })
  if (access.support === true && supportRole !== null) {
    const condition = `${key} = ${supportTenant(blueprint)}`
    parts.push({ name: 'support_select', command: 'select', role: supportRole, condition })
    parts.push({ name: 'support_barrier', restrictive: true, command: 'all', role: supportRole, condition })
  }
  for (const { name, role, commands } of openTasks(blueprint, access)) {
    for (const command of commands) {
      parts.push({
        name: taskPolicy(name, command, commands),
        command,
        role,
        condition: taskIsOpen(blueprint, name),
      })
    }
  }
  return parts
}

/** The commands that any member may run. */
function openCommands({ roles = {} }: Access): readonly RowCommand[] {
  return rowCommands.filter((command) => roles[command]?.length !== 0)
}

/** The system tasks that may touch the table, in the order of the declaration. */
function openTasks({ systemTasks }: Blueprint, { tasks = {} }: Access) {
  return systemTasks.flatMap(({ name, role }) => {
    const commands = tasks[name] ?? []
    return commands.length === 0
      ? []
      : [{ name, role, commands: rowCommands.filter((each) => commands.includes(each)) }]
  })
}

function taskPolicy(task: string, command: RowCommand, commands: readonly RowCommand[]): string {
  return commands.length === 1 ? `task_${task}` : `task_${task}_${command}`
}

/** The statement that creates the policy; what reads has USING, what writes WITH CHECK. */
function createPolicy(
  table: RelationName,
  { name, restrictive, command, role, condition }: PolicyPart,
): string {
  const kind = restrictive === true ? ' as restrictive' : ''
  const speaks = command === 'all' ? '' : ` for ${command}`
  const clauses = [
    ...(command === 'insert' ? [] : [`using (${condition})`]),
    ...(command === 'select' || command === 'delete' ? [] : [`with check (${condition})`]),
  ]
  return sql`
    create policy ${printName(name)} on ${writeName(table)}${kind}${speaks} to ${printName(role)}
      ${clauses.join('\n      ')}`
}

function dropPolicy(table: RelationName, name: string): string {
  return `drop policy ${printName(name)} on ${writeName(table)}`
}

function grants(blueprint: Blueprint, table: RelationName, access: Access): Reversible {
  const { appRole, supportRole } = blueprint
  const granted: [role: string, commands: readonly RowCommand[]][] = [[appRole, openCommands(access)]]
  if (access.support === true && supportRole !== null) granted.push([supportRole, ['select']])
  for (const { role, commands } of openTasks(blueprint, access)) granted.push([role, commands])
  const name = writeName(table)
  const meant = granted.filter(([, commands]) => commands.length > 0)
  return {
    up: meant.map(([role, commands]) => `grant ${commands.join(', ')} on ${name} to ${printName(role)}`),
    down: meant.map(([role]) => `revoke all on ${name} from ${printName(role)}`).reverse(),
  }
}
