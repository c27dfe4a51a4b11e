import { sql } from '../sql/template.ts'
import { isOfSession, namespaceName, standsAlone } from './conditions.ts'
import type { Reading } from './reading.ts'

export interface RelationRow {
  readonly oid: number
  readonly namespace: string
  readonly name: string
  readonly kind: string
  readonly persistence: string
  readonly owner: string
  readonly enabled: boolean
  readonly forced: boolean
  readonly partition: boolean
  readonly acl: string | null
  /** What it has, or once had: the server looks for none of it where these say no. */
  readonly hasIndexes: boolean
  readonly hasTriggers: boolean
  readonly hasRules: boolean
  readonly hasParents: boolean
}

/**
 * Temporary relations of this session only; none that belong to an extension. Somebody's own may stand in the namespaces
 * of the system.
 */
const relations = (reading: Reading) => sql`
  select c.oid,
    ${namespaceName('c', 'n')} as namespace, c.relname as name, c.relkind as kind, c.relpersistence as persistence,
    pg_catalog.pg_get_userbyid(c.relowner) as owner,
    c.relrowsecurity as enabled, c.relforcerowsecurity as forced, c.relispartition as partition,
    c.relacl::pg_catalog.text as acl, c.relhasindex as "hasIndexes", c.relhastriggers as "hasTriggers", c.relhasrules as "hasRules",
    exists (select from pg_catalog.pg_inherits i where i.inhrelid = c.oid) as "hasParents"
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${reading.covers('c.oid')} and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and ${isOfSession('c')} and ${standsAlone('pg_class', 'c.oid')}
  order by c.oid`

export function readRelationRows(reading: Reading): Promise<readonly RelationRow[]> {
  return reading.rows<RelationRow>(relations(reading), ['oid'])
}
