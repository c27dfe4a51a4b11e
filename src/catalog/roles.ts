import type { Role, RoleName } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import type { Reading } from './reading.ts'

type RoleRow = Omit<Role, 'settings' | 'source'>

/** `pg_roles` may be read where `pg_authid` may not. Names that begin with `pg_` are PostgreSQL's own roles. */
const roles = sql`
  select rolname as name, rolsuper as superuser, rolbypassrls as "bypassRowSecurity", rolcanlogin as login,
    rolinherit as inherit, rolcreaterole as "createRole", rolreplication as replication
  from pg_catalog.pg_roles
  where not pg_catalog.starts_with(rolname, 'pg_')
  order by oid`

export async function readRoles(
  reading: Reading,
  settings: ReadonlyMap<RoleName, readonly string[]>,
): Promise<ReadonlyMap<RoleName, Role>> {
  const rows = await reading.rows<RoleRow>(roles)
  return new Map(
    rows.map((role) => [role.name, { ...role, settings: settings.get(role.name) ?? [], source: null }]),
  )
}
