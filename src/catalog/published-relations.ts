import type { NarrowedRelation } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { printedExpression } from './conditions.ts'
import { grouped, type Reading } from './reading.ts'

interface PublishedRelationRow {
  readonly publication: number
  readonly namespace: string
  readonly name: string
  readonly where: string | null
  readonly columns: readonly string[] | null
}

const publishedRelations = (where: string, numbers: string) => sql`
  select p.prpubid as publication, n.nspname as namespace, c.relname as name,
    ${where} as where,
    case when ${numbers} is not null then array(
      select a.attname from pg_catalog.pg_attribute a
      where a.attrelid = p.prrelid and a.attnum = any (${numbers}) order by a.attnum
    )::pg_catalog.text[] end as columns
  from pg_catalog.pg_publication_rel p
    join pg_catalog.pg_class c on c.oid = p.prrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  order by p.prpubid, p.oid`

/** By the oid of the publication. PostgreSQL publishes parts of relations since 15. */
export async function readPublishedRelations(
  reading: Reading,
): Promise<ReadonlyMap<number, readonly NarrowedRelation[]>> {
  const query =
    reading.version >= 150_000
      ? publishedRelations(printedExpression('p.prqual', 'p.prrelid'), 'p.prattrs::pg_catalog.int2[]')
      : publishedRelations('null::pg_catalog.text', 'null::pg_catalog.int2[]')
  return grouped(
    await reading.rows<PublishedRelationRow>(query, ['publication']),
    ({ publication }) => publication,
    ({ namespace, name, where, columns }) => ({
      name: displayId(namespace, name),
      where: reading.printed.expression(where),
      columns,
    }),
  )
}
