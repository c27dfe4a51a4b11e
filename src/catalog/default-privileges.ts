import { defaultPrivilegeKey } from '../model/keys.ts'
import type { DefaultPrivilege, RoleName } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import { oneOf, type Reading } from './reading.ts'

interface DefaultPrivilegeRow {
  readonly forRole: RoleName
  readonly namespace: string | null
  readonly objects: string
  readonly grantee: RoleName
  readonly privileges: readonly string[]
  readonly grantable: boolean
  readonly revoked: boolean
}

/**
 * An entry for a namespace adds to what holds by itself. One for all namespaces replaces it, so that what is the same in
 * both says nothing, and what is missing was revoked.
 */
const defaultPrivileges = sql`
  with entries as (
    select d.oid, d.defaclrole, d.defaclnamespace, d.defaclobjtype, item.grantee, item.privilege_type, item.is_grantable
    from pg_catalog.pg_default_acl d, lateral pg_catalog.aclexplode(d.defaclacl) item
  ), built_in as (
    select d.oid, d.defaclrole, d.defaclnamespace, d.defaclobjtype, item.grantee, item.privilege_type, item.is_grantable
    from pg_catalog.pg_default_acl d, lateral pg_catalog.aclexplode(
      pg_catalog.acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)
    ) item
    where d.defaclnamespace = 0
  ), changes as (
    select *, false as revoked from (select * from entries except select * from built_in) added
    union all
    select built_in.*, true from built_in
    where built_in.grantee <> built_in.defaclrole and not exists (
      select from entries
      where entries.oid = built_in.oid and entries.grantee = built_in.grantee
        and entries.privilege_type = built_in.privilege_type
    )
  )
  select pg_catalog.pg_get_userbyid(c.defaclrole) as "forRole", n.nspname as namespace, c.defaclobjtype as objects,
    case c.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(c.grantee) end as grantee,
    pg_catalog.array_agg(pg_catalog.lower(c.privilege_type) order by c.privilege_type) as privileges,
    c.is_grantable as grantable, c.revoked
  from changes c left join pg_catalog.pg_namespace n on n.oid = c.defaclnamespace
  group by c.oid, c.defaclrole, n.nspname, c.defaclobjtype, c.grantee, c.is_grantable, c.revoked
  order by c.oid, c.grantee, c.is_grantable, c.revoked`

const objectKinds: Readonly<Record<string, DefaultPrivilege['objects']>> = {
  r: 'tables',
  S: 'sequences',
  f: 'routines',
  T: 'types',
  n: 'schemas',
  L: 'large-objects',
}

export async function readDefaultPrivileges(
  reading: Reading,
): Promise<ReadonlyMap<string, DefaultPrivilege>> {
  const rows = await reading.rows<DefaultPrivilegeRow>(defaultPrivileges)
  return new Map(
    rows.map((row) => {
      const privilege: DefaultPrivilege = {
        ...row,
        forRole: reading.owner(row.forRole),
        objects: oneOf(objectKinds, row.objects),
        source: null,
      }
      return [defaultPrivilegeKey(privilege), privilege]
    }),
  )
}
