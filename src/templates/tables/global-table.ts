import { printName } from '../../sql/expression.ts'
import { sql } from '../../sql/template.ts'
import type { Blueprint } from '../blueprint.ts'
import { writeName } from '../row-security.ts'
import { flags } from './access.ts'
import { quoteLiteral } from './expressions.ts'
import type { Definition, GlobalTable, Reversible } from './options.ts'
import { revokeFromOthers } from './revoke-from-others.ts'
import { createTable, dropTable } from './tenant-table.ts'

export function createGlobalTable(blueprint: Blueprint, options: GlobalTable & Definition): Reversible {
  return {
    up: [
      createTable(options.table, { columns: [], primaryKey: [], foreignKeys: [] }, options),
      ...protectGlobalTable(blueprint, options).up,
    ],
    down: [dropTable(options.table)],
  }
}

/**
 * What follows `create table` of a table that all tenants share: the application reads it, and its owner, the role that runs the
 * migrations, writes it.
 */
export function protectGlobalTable(
  blueprint: Blueprint,
  { table, reason, support = false, tasks = {} }: GlobalTable,
): Reversible {
  if (reason.trim() === '') throw new Error(`${writeName(table)}: say why all tenants share it`)
  const name = writeName(table)
  const { up, down } = flags(table)
  const readers = printName(blueprint.appRole)
  return {
    up: [
      revokeFromOthers(table),
      `comment on table ${name} is ${quoteLiteral(`Shared by all tenants: ${reason}`)}`,
      ...up,
      sql`
        create policy global_select on ${name} for select to ${readers}
          using (true)`,
      sql`
        create policy global_owner on ${name} to current_user
          using (true)
          with check (true)`,
      `grant select on ${name} to ${readers}`,
    ],
    down: [
      `revoke all on ${name} from ${readers}`,
      `drop policy global_owner on ${name}`,
      `drop policy global_select on ${name}`,
      ...down,
      `comment on table ${name} is null`,
    ],
  }
}
