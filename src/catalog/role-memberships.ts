import { membershipKey } from '../model/keys.ts'
import type { RoleMembership, RoleName } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import type { Reading } from './reading.ts'

interface MembershipRow {
  readonly role: RoleName
  readonly member: RoleName
  readonly admin: boolean
  readonly inherit: boolean | null
  readonly set: boolean
}

/** A membership can be granted by several roles; what one of them gives, the member has. Those of PostgreSQL's own roles are left out. */
const memberships = (inherit: string, set: string) => sql`
  select role.rolname as role, member.rolname as member, pg_catalog.bool_or(m.admin_option) as admin,
    ${inherit} as inherit, ${set} as set
  from pg_catalog.pg_auth_members m
    join pg_catalog.pg_roles role on role.oid = m.roleid
    join pg_catalog.pg_roles member on member.oid = m.member
  where not pg_catalog.starts_with(member.rolname, 'pg_')
  group by role.oid, role.rolname, member.oid, member.rolname
  order by role.oid, member.oid`

/** Before PostgreSQL 16 a membership has neither option: the member's INHERIT decides, and SET ROLE is always allowed. */
export async function readRoleMemberships(reading: Reading): Promise<ReadonlyMap<string, RoleMembership>> {
  const query =
    reading.version >= 160_000
      ? memberships('pg_catalog.bool_or(m.inherit_option)', 'pg_catalog.bool_or(m.set_option)')
      : memberships('null::pg_catalog.bool', 'true')
  const rows = await reading.rows<MembershipRow>(query)
  return new Map(rows.map((row) => [membershipKey(row.role, row.member), { ...row, source: null }]))
}
