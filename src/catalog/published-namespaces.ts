import { sql } from '../sql/template.ts'
import { grouped, type Reading } from './reading.ts'

interface PublishedNamespaceRow {
  readonly publication: number
  readonly name: string
}

const publishedNamespaces = sql`
  select p.pnpubid as publication, n.nspname as name
  from pg_catalog.pg_publication_namespace p join pg_catalog.pg_namespace n on n.oid = p.pnnspid
  order by p.pnpubid, p.oid`

/** By the oid of the publication. PostgreSQL publishes whole namespaces since 15. */
export async function readPublishedNamespaces(
  reading: Reading,
): Promise<ReadonlyMap<number, readonly string[]>> {
  return grouped(
    reading.version >= 150_000
      ? await reading.rows<PublishedNamespaceRow>(publishedNamespaces, ['publication'])
      : [],
    ({ publication }) => publication,
    ({ name }) => name,
  )
}
