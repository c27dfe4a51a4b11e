import type { Blueprint, RelationName } from '../blueprint.ts'
import {
  currentTenant,
  supportTenant,
  systemTaskIsOpen,
  tenantSetting,
  userSetting,
} from '../context-expressions.ts'
import { identifier, qualified } from '../names.ts'
import { type RowCommand, rowCommands } from '../tables/options.ts'
import { type PolicyPart, writePolicies } from '../tables/policies.ts'
import { isCurrent } from './context-functions.ts'

/** A table of the tenancy with its policies. */
export interface Protected {
  readonly table: RelationName
  readonly policies: readonly PolicyPart[]
}

/** Every policy of the tenancy. What the owner of the functions may is bound to the context too, or to the running transaction. */
export function tenancyPolicies(blueprint: Blueprint): readonly Protected[] {
  return [
    { table: blueprint.tenants, policies: [...tenantsPolicies(blueprint), ...crossing(blueprint, 'id')] },
    {
      table: blueprint.memberships,
      policies: [
        ...membershipsPolicies(blueprint),
        ...crossing(blueprint, identifier(blueprint.memberships.tenantKey)),
      ],
    },
    { table: blueprint.accessLog, policies: logPolicies(blueprint) },
  ]
}

/**
 * A user of the application reads the tenant of the context, and adds none by hand.
 *
 *     create policy tenant_select on public.tenants for select to app_user
 *       using (id = (select app.current_tenant_id()))
 */
function tenantsPolicies(blueprint: Blueprint): readonly PolicyPart[] {
  const { memberships } = blueprint
  const owner = identifier(blueprint.functionOwner)
  const isMine = [
    `m.${identifier(memberships.tenantKey)} = ${qualified(blueprint.tenants)}.id`,
    `m.${identifier(memberships.userKey)} = ${userSetting(blueprint)}`,
    ...isCurrent(blueprint),
  ]
  return [
    ownTenant(blueprint, 'id'),
    {
      name: 'context_select',
      command: 'select',
      role: owner,
      condition: `exists (select from ${qualified(memberships)} as m where ${isMine.join(' and ')})`,
    },
    {
      name: 'context_insert',
      command: 'insert',
      role: owner,
      condition: `${userSetting(blueprint)} is not null`,
    },
  ]
}

/**
 * A user of the application reads who is in the tenant of the context. The functions see and write the rows of the tenant of the context and
 * of its user, and no others; whom they add to the tenant is invited and no member yet.
 */
function membershipsPolicies(blueprint: Blueprint): readonly PolicyPart[] {
  const { memberships } = blueprint
  const owner = identifier(blueprint.functionOwner)
  const tenant = identifier(memberships.tenantKey)
  const isOwn = `${identifier(memberships.userKey)} = ${userSetting(blueprint)}`
  const isOfTenant = `${tenant} = ${tenantSetting(blueprint)}`
  const ofContext = `${isOwn} or ${isOfTenant}`
  const { acceptedAt } = memberships
  const invited =
    acceptedAt === null ? ofContext : `${isOwn} or ${isOfTenant} and ${identifier(acceptedAt)} is null`
  const commands: readonly RowCommand[] =
    memberships.revokedAt === null ? rowCommands : rowCommands.filter((command) => command !== 'delete')
  return [
    ownTenant(blueprint, tenant),
    ...commands.map((command) => ({
      name: `context_${command}`,
      command,
      role: owner,
      condition: command === 'insert' ? invited : ofContext,
    })),
  ]
}

/** The functions write and read what the running transaction logs; nobody reads more, or changes any of it. */
function logPolicies(blueprint: Blueprint): readonly PolicyPart[] {
  const role = identifier(blueprint.functionOwner)
  return [
    {
      name: 'context_select',
      command: 'select',
      role,
      condition: 'xid = pg_current_xact_id_if_assigned() and at = now()',
    },
    {
      name: 'context_insert',
      command: 'insert',
      role,
      condition: 'xid = pg_current_xact_id() and at = now()',
    },
  ]
}

function ownTenant(blueprint: Blueprint, key: string): PolicyPart {
  return {
    name: 'tenant_select',
    command: 'select',
    role: identifier(blueprint.appRole),
    condition: `${key} = (select ${currentTenant(blueprint)})`,
  }
}

/** What support, system tasks and the backup read. */
function crossing(blueprint: Blueprint, key: string): readonly PolicyPart[] {
  const { supportRole, systemTasks } = blueprint
  return [
    ...(supportRole === null
      ? []
      : [
          {
            name: 'support_select',
            command: 'select' as const,
            role: identifier(supportRole),
            condition: `${key} = (select ${supportTenant(blueprint)})`,
          },
        ]),
    ...systemTasks.map(({ name, role }) => ({
      name: `task_${name}`,
      command: 'select' as const,
      role: identifier(role),
      condition: `(select ${systemTaskIsOpen(blueprint, name)})`,
    })),
  ]
}

export function createPolicies(blueprint: Blueprint): readonly string[] {
  return tenancyPolicies(blueprint).flatMap(({ table, policies }) => writePolicies(table, policies).up)
}

export function dropPolicies({ table, policies }: Protected, ifExists: boolean): readonly string[] {
  const test = ifExists ? 'if exists ' : ''
  return policies.map(({ name }) => `drop policy ${test}${identifier(name)} on ${qualified(table)}`)
}
