import type { Publication } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import { readPublishedNamespaces } from './published-namespaces.ts'
import { readPublishedRelations } from './published-relations.ts'
import type { Reading } from './reading.ts'

interface PublicationRow {
  readonly oid: number
  readonly name: string
  readonly allTables: boolean
}

const publications = sql`
  select oid, pubname as name, puballtables as "allTables" from pg_catalog.pg_publication order by oid`

export async function readPublications(reading: Reading): Promise<ReadonlyMap<string, Publication>> {
  const [rows, relations, namespaces] = await Promise.all([
    reading.rows<PublicationRow>(publications, ['oid']),
    readPublishedRelations(reading),
    readPublishedNamespaces(reading),
  ])
  return new Map(
    rows.map(({ oid, name, allTables }) => [
      name,
      {
        name,
        allTables,
        relations: (relations.get(oid) ?? []).map((relation) => relation.name),
        narrowed: (relations.get(oid) ?? []).filter(
          ({ where, columns }) => where !== null || columns !== null,
        ),
        namespaces: namespaces.get(oid) ?? [],
        source: null,
      },
    ]),
  )
}
