import type { Blueprint, RelationName } from '../blueprint.ts'
import { currentTenant, supportTenant, systemTaskIsOpen, tenantSetting } from '../context-expressions.ts'
import { identifier, qualified } from '../names.ts'
import { openCommands, openTasks } from './access.ts'
import type { Access, Reversible, RowCommand } from './options.ts'

/** A policy to be. */
export interface PolicyPart {
  readonly name: string
  readonly isRestrictive?: boolean
  readonly command: RowCommand | 'all'
  /** As SQL, for it may be `current_user`. */
  readonly role: string
  readonly condition: string
}

/**
 * The policies of a tenant table. What lets a row in asks for the membership; the barrier, which holds whatever other policies say, asks
 * for the setting alone, as asking for the membership again would cost as much again.
 *
 *     create policy tenant_delete on public.invoices for delete to app_user
 *       using (tenant_id = (select app.current_tenant_id(array['owner', 'admin'])))
 *     create policy tenant_barrier on public.invoices as restrictive to app_user
 *       using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
 *       with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
 */
export function tenantPolicies(blueprint: Blueprint, access: Access): readonly PolicyPart[] {
  const role = identifier(blueprint.appRole)
  const key = identifier(blueprint.tenantKey)
  return [
    ...openCommands(access).map((command) => ({
      name: `tenant_${command}`,
      command,
      role,
      condition: `${key} = (select ${currentTenant(blueprint, access.roles?.[command])})`,
    })),
    {
      name: 'tenant_barrier',
      isRestrictive: true,
      command: 'all',
      role,
      condition: `${key} = (select ${tenantSetting(blueprint)})`,
    },
    ...supportPolicies(blueprint, access),
    ...taskPolicies(blueprint, access),
  ]
}

function supportPolicies(blueprint: Blueprint, { support = false }: Access): readonly PolicyPart[] {
  if (!support || blueprint.supportRole === null) return []
  const role = identifier(blueprint.supportRole)
  const condition = `${identifier(blueprint.tenantKey)} = (select ${supportTenant(blueprint)})`
  return [
    { name: 'support_select', command: 'select', role, condition },
    { name: 'support_barrier', isRestrictive: true, command: 'all', role, condition },
  ]
}

/** The policies of the system tasks that may touch the table: `task_<name>`, with the command behind it where there are several. */
export function taskPolicies(blueprint: Blueprint, access: Pick<Access, 'tasks'>): readonly PolicyPart[] {
  return openTasks(blueprint, access).flatMap(({ name, role, commands }) =>
    commands.map((command) => ({
      name: commands.length === 1 ? `task_${name}` : `task_${name}_${command}`,
      command,
      role: identifier(role),
      condition: `(select ${systemTaskIsOpen(blueprint, name)})`,
    })),
  )
}

/** The statements that create policies, and that drop them. */
export function writePolicies(table: RelationName, policies: readonly PolicyPart[]): Reversible {
  return {
    up: policies.map((policy) => createPolicy(table, policy)),
    down: policies.map(({ name }) => `drop policy ${identifier(name)} on ${qualified(table)}`).reverse(),
  }
}

/** What reads has USING, what writes WITH CHECK. */
function createPolicy(table: RelationName, policy: PolicyPart): string {
  const { name, isRestrictive, command, role, condition } = policy
  const kind = isRestrictive === true ? ' as restrictive' : ''
  const spoken = command === 'all' ? '' : ` for ${command}`
  const clauses = [
    ...(command === 'insert' ? [] : [`  using (${condition})`]),
    ...(command === 'select' || command === 'delete' ? [] : [`  with check (${condition})`]),
  ]
  const head = `create policy ${identifier(name)} on ${qualified(table)}${kind}${spoken} to ${role}`
  return [head, ...clauses].join('\n')
}
