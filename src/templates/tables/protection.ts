import type { Blueprint, RelationName } from '../blueprint.ts'
import { qualified } from '../names.ts'
import { checkAccess, openCommands } from './access.ts'
import type { Access, Reversible } from './options.ts'
import { tenantPolicies, writePolicies } from './policies.ts'
import { meantGrants, revokeFromOthers, writeGrants } from './privileges.ts'

/**
 * What makes a table that was just created safe: nobody else's privileges, row security, policies, then the grants. As a whole, in the
 * transaction that creates the table; without one in this order, so that the application gets at the table last.
 */
export function protection(blueprint: Blueprint, table: RelationName, access: Access): Reversible {
  checkAccess(blueprint, access)
  return isolated(
    table,
    writePolicies(table, tenantPolicies(blueprint, access)),
    writeGrants(blueprint, table, meantGrants(blueprint, openCommands(access), access)),
  )
}

/** Row security with the policies between what is taken from everybody and what is granted. */
export function isolated(table: RelationName, policies: Reversible, grants: Reversible): Reversible {
  const { up, down } = rowSecurity(table)
  return {
    up: [revokeFromOthers(table), ...up, ...policies.up, ...grants.up],
    down: [...grants.down, ...policies.down, ...down],
  }
}

/** ENABLE and FORCE. */
export function rowSecurity(table: RelationName): Reversible {
  const name = qualified(table)
  return {
    up: [`alter table ${name} enable row level security`, `alter table ${name} force row level security`],
    down: [
      `alter table ${name} no force row level security`,
      `alter table ${name} disable row level security`,
    ],
  }
}
