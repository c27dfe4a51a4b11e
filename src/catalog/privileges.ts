import type { Grant, RoleName } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import { firstUserOid } from './conditions.ts'
import type { Reading } from './reading.ts'

interface PrivilegeRow {
  readonly acl: string
  readonly grantee: RoleName
  readonly privilege: string
  readonly grantable: boolean
}

/** Each distinct list of privileges once: thousands of objects share a few. */
const privileges = (reading: Reading) => sql`
  with lists (acl) as (
    select relacl from pg_catalog.pg_class where relacl is not null and ${reading.covers('oid')}
    union select attacl from pg_catalog.pg_attribute where attacl is not null and ${reading.covers('attrelid')}
    union select proacl from pg_catalog.pg_proc where proacl is not null and oid >= ${firstUserOid}
    union select nspacl from pg_catalog.pg_namespace where nspacl is not null
  )
  select acl::pg_catalog.text as acl,
    case item.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(item.grantee) end as grantee,
    pg_catalog.lower(item.privilege_type) as privilege,
    pg_catalog.bool_or(item.is_grantable) as grantable
  from lists, lateral pg_catalog.aclexplode(lists.acl) with ordinality
    as item (grantor, grantee, privilege_type, is_grantable, place)
  group by 1, 2, 3
  order by 1, pg_catalog.min(item.place)`

/** Grants from what `pg_class.relacl` and its like hold. What the owner may do is not listed, as it goes without a grant. */
export class Privileges {
  readonly #rows: ReadonlyMap<string, readonly PrivilegeRow[]>
  readonly #grants = new Map<string, readonly Grant[]>()

  constructor(rows: ReadonlyMap<string, readonly PrivilegeRow[]>) {
    this.#rows = rows
  }

  /** `unset`: what holds where nothing was ever granted or revoked. */
  of(acl: string | null, owner: RoleName, unset: readonly Grant[] = []): readonly Grant[] {
    if (acl === null) return unset
    const key = `${owner} ${acl}`
    const known = this.#grants.get(key)
    if (known !== undefined) return known
    const rows = (this.#rows.get(acl) ?? []).filter(({ grantee }) => grantee !== owner)
    const grants = rows.map(({ grantee, privilege, grantable }) => ({
      grantee,
      privilege,
      columns: null,
      grantable,
      source: null,
    }))
    this.#grants.set(key, grants)
    return grants
  }

  /** The grants on columns of one relation, a column list for each grantee and privilege. */
  ofColumns(
    columns: readonly { readonly name: string; readonly acl: string | null }[],
    owner: RoleName,
  ): readonly Grant[] {
    const grants = new Map<string, Grant>()
    for (const { name, acl } of columns) {
      for (const grant of this.of(acl, owner)) {
        const key = JSON.stringify([grant.grantee, grant.privilege, grant.grantable])
        grants.set(key, { ...grant, columns: [...(grants.get(key)?.columns ?? []), name] })
      }
    }
    return [...grants.values()]
  }
}

export async function readPrivileges(reading: Reading): Promise<Privileges> {
  const byAcl = new Map<string, PrivilegeRow[]>()
  for (const row of await reading.rows<PrivilegeRow>(privileges(reading))) {
    const rows = byAcl.get(row.acl)
    if (rows === undefined) byAcl.set(row.acl, [row])
    else rows.push(row)
  }
  return new Privileges(byAcl)
}
