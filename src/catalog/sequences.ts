import type { Sequence } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { firstUserOid, isUsersOrTemporary, namespaceName, standsAlone } from './conditions.ts'
import type { Privileges } from './privileges.ts'
import type { Reading } from './reading.ts'

interface SequenceRow {
  readonly namespace: string
  readonly name: string
  readonly owner: string
  readonly acl: string | null
  readonly ownerNamespace: string | null
  readonly ownerRelation: string | null
  readonly ownerColumn: string | null
}

const sequences = sql`
  select ${namespaceName('s', 'n')} as namespace, s.relname as name,
    pg_catalog.pg_get_userbyid(s.relowner) as owner, s.relacl::pg_catalog.text as acl,
    ${namespaceName('c', 'cn')} as "ownerNamespace",
    c.relname as "ownerRelation", a.attname as "ownerColumn"
  from pg_catalog.pg_class s
    join pg_catalog.pg_namespace n on n.oid = s.relnamespace
    left join pg_catalog.pg_depend d
      on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = s.oid and d.objsubid = 0
        and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0
        and d.deptype in ('a', 'i')
    left join pg_catalog.pg_class c on c.oid = d.refobjid
    left join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
    left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where s.oid >= ${firstUserOid} and s.relkind = 'S'
    and ${isUsersOrTemporary('n')} and ${standsAlone('pg_class', 's.oid')}
  order by s.oid`

export async function readSequences(
  reading: Reading,
  granted: Promise<Privileges>,
): Promise<ReadonlyMap<string, Sequence>> {
  const [rows, privileges] = await Promise.all([reading.rows<SequenceRow>(sequences), granted])
  return new Map(
    rows.map(({ namespace, name, owner, acl, ownerNamespace, ownerRelation, ownerColumn }) => {
      const id = displayId(namespace, name)
      const isOwned = ownerNamespace !== null && ownerRelation !== null && ownerColumn !== null
      return [
        id,
        {
          id,
          namespace,
          name,
          ownedBy: isOwned
            ? { relation: displayId(ownerNamespace, ownerRelation), column: ownerColumn }
            : null,
          owner: reading.owner(owner),
          grants: privileges.of(acl, owner),
          source: null,
        },
      ]
    }),
  )
}
