import type { Blueprint } from '../blueprint.ts'

/** What the blueprint doesn't say of a tenancy. */
export interface TenancyOptions {
  /**
   * Tables that are there already, and are protected instead of created. Tenants need `id` and a name that `create_tenant` can write;
   * memberships need the columns of the blueprint, unique over tenant and user. The table of users is never created.
   */
  readonly existing?: readonly ('tenants' | 'memberships')[]
  /** The column of the tenants' names; `name` where it is left out. */
  readonly tenantName?: string
  /** The roles whose members invite, revoke and change others; all but the least powerful where it is left out. */
  readonly managers?: readonly string[]
}

export function isCreated(table: 'tenants' | 'memberships', { existing = [] }: TenancyOptions): boolean {
  return !existing.includes(table)
}

export function tenantName({ tenantName: name = 'name' }: TenancyOptions): string {
  return name
}

/** The roles whose members manage others; those that no member can have are refused. */
export function managersOf({ memberRoles }: Blueprint, { managers }: TenancyOptions): readonly string[] {
  const stranger = managers?.find((role) => !memberRoles.includes(role))
  if (stranger !== undefined) throw new Error(`${stranger} is none of the roles of members`)
  return managers ?? (memberRoles.length === 1 ? memberRoles : memberRoles.slice(0, -1))
}
