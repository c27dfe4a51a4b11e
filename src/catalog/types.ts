import type { Type } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { firstUserOid, isUsers, standsAlone } from './conditions.ts'
import { oneOf, type Reading } from './reading.ts'

interface TypeRow {
  readonly namespace: string
  readonly name: string
  readonly kind: string
  readonly labels: readonly string[]
  readonly baseType: string | null
  readonly owner: string
}

/** None that belong to an extension, nor the types that come with others: arrays, multiranges, rows of relations. */
const types = sql`
  select n.nspname as namespace, t.typname as name, t.typtype as kind,
    array(
      select e.enumlabel from pg_catalog.pg_enum e where e.enumtypid = t.oid order by e.enumsortorder
    )::pg_catalog.text[] as labels,
    case t.typtype when 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end as "baseType",
    pg_catalog.pg_get_userbyid(t.typowner) as owner
  from pg_catalog.pg_type t
    join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_class c on c.oid = t.typrelid
  where t.oid >= ${firstUserOid} and ${isUsers('n')}
    and t.typtype <> 'm' and coalesce(c.relkind, 'c') = 'c'
    and not exists (select from pg_catalog.pg_type e where e.typarray = t.oid)
    and ${standsAlone('pg_type', 't.oid')}
  order by t.oid`

/** A type of which only the name was created so far counts among the pseudo-types. */
const kinds: Readonly<Record<string, Type['kind']>> = {
  e: 'enum',
  c: 'composite',
  d: 'domain',
  r: 'range',
  b: 'base',
  p: 'base',
}

export async function readTypes(reading: Reading): Promise<ReadonlyMap<string, Type>> {
  const rows = await reading.rows<TypeRow>(types)
  return new Map(
    rows.map(({ namespace, name, kind, labels, baseType, owner }) => {
      const id = displayId(namespace, name)
      return [
        id,
        {
          id,
          namespace,
          name,
          kind: oneOf(kinds, kind),
          labels,
          baseType: baseType === null ? null : reading.printed.type(baseType),
          owner: reading.owner(owner),
          source: null,
        },
      ]
    }),
  )
}
