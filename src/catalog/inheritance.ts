import type { RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { grouped, type Reading } from './reading.ts'

interface ParentRow {
  readonly child: number
  readonly namespace: string
  readonly name: string
}

const parents = (reading: Reading) => sql`
  select i.inhrelid as child, n.nspname as namespace, c.relname as name
  from pg_catalog.pg_inherits i
    join pg_catalog.pg_class c on c.oid = i.inhparent
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${reading.covers('i.inhrelid')} and c.relkind in ('r', 'p', 'f')
  order by i.inhrelid, i.inhseqno`

/** By the oid of the child: the tables that it inherits from, in order, or the one that it is a partition of. */
export async function readParents(reading: Reading): Promise<ReadonlyMap<number, readonly RelationId[]>> {
  return grouped(
    await reading.rows<ParentRow>(parents(reading), ['child']),
    ({ child }) => child,
    ({ namespace, name }) => displayId(namespace, name),
  )
}
