import type { Namespace } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import { isUsers } from './conditions.ts'
import type { Privileges } from './privileges.ts'
import type { Reading } from './reading.ts'

interface NamespaceRow {
  readonly name: string
  readonly owner: string
  readonly acl: string | null
  /** Whether the server itself chose the owner: that of `public`. */
  readonly given: boolean
}

const namespaces = sql`
  select nspname as name, pg_catalog.pg_get_userbyid(nspowner) as owner, nspacl::pg_catalog.text as acl,
    nspname = 'public' and (nspowner = 10 or pg_catalog.pg_get_userbyid(nspowner) = 'pg_database_owner') as given
  from pg_catalog.pg_namespace n
  where ${isUsers('n')}
  order by n.oid`

export async function readNamespaces(
  reading: Reading,
  granted: Promise<Privileges>,
): Promise<ReadonlyMap<string, Namespace>> {
  const [rows, privileges] = await Promise.all([reading.rows<NamespaceRow>(namespaces), granted])
  return new Map(
    rows.map(({ name, owner, acl, given }) => [
      name,
      {
        name,
        owner: reading.owner(owner, given),
        grants: privileges.of(acl, owner),
        source: null,
      },
    ]),
  )
}
