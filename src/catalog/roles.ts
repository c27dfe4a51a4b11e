import type { Role, RoleName } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import type { Reading } from './reading.ts'
import type { Settings } from './settings.ts'

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
  settings: Promise<Pick<Settings, 'ofRoles'>>,
): Promise<ReadonlyMap<RoleName, Role>> {
  const [rows, { ofRoles }] = await Promise.all([reading.rows<RoleRow>(roles), settings])
  return new Map(
    rows.map((role) => [role.name, { ...role, settings: ofRoles.get(role.name) ?? [], source: null }]),
  )
}
