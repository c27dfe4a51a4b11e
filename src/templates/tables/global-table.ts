import type { Blueprint } from '../blueprint.ts'
import { identifier, literal, qualified } from '../names.ts'
import { checkAccess } from './access.ts'
import { createTable, dropTable } from './create-table.ts'
import type { Definition, GlobalTable, Reversible } from './options.ts'
import { type PolicyPart, taskPolicies, writePolicies } from './policies.ts'
import { meantGrants, writeGrants } from './privileges.ts'
import { isolated } from './protection.ts'

/** A whole table that all tenants share. */
export function createGlobalTable(blueprint: Blueprint, options: GlobalTable & Definition): Reversible {
  const { up } = protectGlobalTable(blueprint, options)
  const parts = { columns: [], primaryKey: [], foreignKeys: [], partitionBy: null }
  return { up: [createTable(options.table, parts, options), ...up], down: [dropTable(options.table)] }
}

/**
 * What follows `create table` of a table that all tenants share: the application reads it, and its owner, the role that runs the
 * migrations, writes it, as do system tasks that are given it.
 *
 *     comment on table public.currencies is 'Shared by all tenants: ISO 4217'
 *     create policy global_select on public.currencies for select to app_user
 *       using (true)
 *     create policy global_owner on public.currencies to current_user
 *       using (true)
 *       with check (true)
 *     grant select on public.currencies to app_user
 */
export function protectGlobalTable(blueprint: Blueprint, options: GlobalTable): Reversible {
  const { table, reason, support = false } = options
  const name = qualified(table)
  if (reason.trim() === '') throw new Error(`${name} is shared by all tenants without a reason`)
  checkAccess(blueprint, options)
  const readers = [blueprint.appRole, ...(support ? [blueprint.supportRole ?? ''] : [])]
  const policies: readonly PolicyPart[] = [
    {
      name: 'global_select',
      command: 'select',
      role: readers.map(identifier).join(', '),
      condition: 'true',
    },
    { name: 'global_owner', command: 'all', role: 'current_user', condition: 'true' },
    ...taskPolicies(blueprint, options),
  ]
  const grants = meantGrants(blueprint, ['select'], options)
  const { up, down } = isolated(table, writePolicies(table, policies), writeGrants(blueprint, table, grants))
  return {
    up: [`comment on table ${name} is ${literal(`Shared by all tenants: ${reason}`)}`, ...up],
    down: [...down, `comment on table ${name} is null`],
  }
}
