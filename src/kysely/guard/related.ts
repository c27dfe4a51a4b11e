import { firstUserOid } from '../../catalog/conditions.ts'
import type { Connection } from '../../sql/connection.ts'
import { displayId } from '../../sql/identifiers.ts'
import { sql } from '../../sql/template.ts'
import { atLeast, moreThan } from './operators.ts'

interface RelatedRow {
  readonly oid: number
  readonly namespace: string
  readonly name: string
}

/** The ids of relations by oid. */
export type RelationIds = ReadonlyMap<number, string>

/** The relations that names in a statement mean, with what inherits from them; names of nothing are left out. */
const named = sql`
  with recursive meant (oid) as (
    select pg_catalog.to_regclass(listed.name)::pg_catalog.oid from pg_catalog.unnest($1::pg_catalog.text[]) as listed (name)
    union
    select i.inhrelid from meant join pg_catalog.pg_inherits i on i.inhparent = meant.oid
  )
  select c.oid, n.nspname as namespace, c.relname as name
  from meant join pg_catalog.pg_class c on c.oid = meant.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace`

/** Relations, with all that a verdict on them looks at: what they refer to, descend from, and read in policies and views. */
const dependencies = sql`
  with recursive needed (oid) as (
    select oid from pg_catalog.unnest($1::pg_catalog.oid[]) as listed (oid)
    union
    select next.oid from needed, lateral (
      select k.confrelid as oid from pg_catalog.pg_constraint k where k.conrelid = needed.oid and k.contype = 'f'
      union all
      select i.inhparent from pg_catalog.pg_inherits i where i.inhrelid = needed.oid
      union all
      select d.refobjid from pg_catalog.pg_policy p join pg_catalog.pg_depend d
        on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and d.objid = p.oid
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      where p.polrelid = needed.oid
      union all
      select d.refobjid from pg_catalog.pg_rewrite w join pg_catalog.pg_depend d
        on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
          and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      where w.ev_class = needed.oid
    ) next
  )
  select c.oid, n.nspname as namespace, c.relname as name
  from needed join pg_catalog.pg_class c on c.oid = needed.oid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace`

const mentions = sql`
  select from pg_catalog.pg_proc p
  where p.oid ${atLeast} ${firstUserOid}
    and pg_catalog.strpos(pg_catalog.lower(p.prosrc), pg_catalog.lower($1)) ${moreThan} 0
  limit 1`

const all = sql`
  select c.oid, n.nspname as namespace, c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.oid >= ${firstUserOid} and c.relkind in ('r', 'p', 'v', 'm', 'f')`

export async function allRelations(server: Connection): Promise<RelationIds> {
  return idsOf(await server.query<RelatedRow>(all))
}

export async function relationsNamed(server: Connection, names: readonly string[]): Promise<RelationIds> {
  return idsOf(await server.query<RelatedRow>(named, [names]))
}

export async function relationsNeeded(server: Connection, oids: readonly number[]): Promise<RelationIds> {
  return idsOf(await server.query<RelatedRow>(dependencies, [oids]))
}

/** Whether the body of a routine has the name in it, and may mean a relation of that name from now on. */
export async function isMentioned(server: Connection, name: string): Promise<boolean> {
  const rows = await server.query(mentions, [name])
  return rows.length > 0
}

function idsOf(rows: readonly RelatedRow[]): RelationIds {
  return new Map(rows.map(({ oid, namespace, name }) => [Number(oid), displayId(namespace, name)]))
}
