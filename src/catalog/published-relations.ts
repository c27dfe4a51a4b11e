import type { RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { grouped, type Reading } from './reading.ts'

interface PublishedRelationRow {
  readonly publication: number
  readonly namespace: string
  readonly name: string
}

const publishedRelations = sql`
  select p.prpubid as publication, n.nspname as namespace, c.relname as name
  from pg_catalog.pg_publication_rel p
    join pg_catalog.pg_class c on c.oid = p.prrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  order by p.prpubid, p.oid`

/** By the oid of the publication. */
export async function readPublishedRelations(
  reading: Reading,
): Promise<ReadonlyMap<number, readonly RelationId[]>> {
  return grouped(
    await reading.rows<PublishedRelationRow>(publishedRelations),
    ({ publication }) => publication,
    ({ namespace, name }) => displayId(namespace, name),
  )
}
