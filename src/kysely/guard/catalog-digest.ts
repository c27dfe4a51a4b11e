import { firstUserOid } from '../../catalog/conditions.ts'
import type { Connection } from '../../sql/connection.ts'
import { sql } from '../../sql/template.ts'

/** What stands in the catalogs of its own, or with what else. */
export type DigestedKind = 'relation' | 'routine' | 'other'

/** A number for each object, by kind and oid: another one after whatever change of its rows in the catalogs. */
export type CatalogDigest = ReadonlyMap<string, string>

interface DigestRow {
  readonly kind: DigestedKind
  readonly id: string
  readonly digest: string
}

/**
 * A row of a catalog is never changed in its place but for statistics: each change makes a new row version, at a place of its own
 * and by a transaction of its own. So where a version is and who made it tells whether it is another, and nothing has to be
 * printed.
 */
function version(alias: string, id: string): string {
  return `pg_catalog.hashtidextended(${alias}.ctid,
    pg_catalog.hashint8extended(${id}, ${alias}.xmin::pg_catalog.text::pg_catalog.int8))`
}

/** Catalogs whose rows belong to a relation: the catalog, the column that names the relation, what else tells the row, a condition. */
const partsOfRelations = [
  ['pg_class', 'oid', 'row.relfilenode::pg_catalog.int8', "row.relkind not in ('i', 'I', 't')"],
  ['pg_attribute', 'attrelid', 'row.attnum::pg_catalog.int8', 'row.attnum > 0'],
  ['pg_attrdef', 'adrelid', '1', 'true'],
  ['pg_policy', 'polrelid', '2', 'true'],
  ['pg_constraint', 'conrelid', '3', 'true'],
  ['pg_index', 'indrelid', '4', 'true'],
  ['pg_trigger', 'tgrelid', '5', 'true'],
  ['pg_rewrite', 'ev_class', '6', 'true'],
  ['pg_inherits', 'inhrelid', '7', 'true'],
  ['pg_partitioned_table', 'partrelid', '8', 'true'],
  ['pg_foreign_table', 'ftrelid', '9', 'true'],
] as const

/** Catalogs whose rows stand by themselves; `null` for a version that has all that are supported. */
const others = [
  ['pg_namespace', null],
  ['pg_type', null],
  ['pg_enum', null],
  ['pg_operator', null],
  ['pg_cast', null],
  ['pg_aggregate', null],
  ['pg_language', null],
  ['pg_default_acl', null],
  ['pg_db_role_setting', null],
  ['pg_auth_members', null],
  ['pg_extension', null],
  ['pg_event_trigger', null],
  ['pg_foreign_server', null],
  ['pg_publication', null],
  ['pg_publication_rel', null],
  ['pg_publication_namespace', 150_000],
] as const

function digestSql(serverVersion: number): string {
  const relations = partsOfRelations.map(
    ([catalog, relation, id, condition]) =>
      `select row.${relation} as relation, ${version('row', id)} as version
       from pg_catalog.${catalog} row where row.${relation} >= ${firstUserOid} and ${condition}`,
  )
  const standing = others
    .filter(([, from]) => from === null || serverVersion >= from)
    .map(
      ([catalog]) =>
        `select 'other', '${catalog}', pg_catalog.sum(${version('row', '0')})::pg_catalog.text from pg_catalog.${catalog} row`,
    )
  return sql`
    select 'relation' as kind, relation::pg_catalog.text as id, pg_catalog.sum(version)::pg_catalog.text as digest
    from (${relations.join(' union all ')}) parts group by relation
    union all
    select 'routine', row.oid::pg_catalog.text, (${version('row', '0')})::pg_catalog.text
    from pg_catalog.pg_proc row where row.oid >= ${firstUserOid}
    union all
    select 'other', 'pg_roles', pg_catalog.sum(pg_catalog.hashtextextended(row::pg_catalog.text, 0))::pg_catalog.text
    from pg_catalog.pg_roles row
    union all
    ${standing.join(' union all ')}`
}

/** Reads the digests of one server. */
export class CatalogDigests {
  readonly #connection: Connection
  readonly #sql: string

  private constructor(connection: Connection, text: string) {
    this.#connection = connection
    this.#sql = text
  }

  static async of(connection: Connection): Promise<CatalogDigests> {
    const [row] = await connection.query<{ version: number }>(
      "select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version",
    )
    return new CatalogDigests(connection, digestSql(row?.version ?? 0))
  }

  async read(): Promise<CatalogDigest> {
    const rows = await this.#connection.query<DigestRow>(this.#sql)
    return new Map(rows.map(({ kind, id, digest }) => [`${kind} ${id}`, digest]))
  }
}

/** The keys of what was made, changed or dropped between two readings. */
export function changedBetween(before: CatalogDigest, after: CatalogDigest): ReadonlySet<string> {
  const changed = new Set<string>()
  for (const [key, digest] of after) if (before.get(key) !== digest) changed.add(key)
  for (const key of before.keys()) if (!after.has(key)) changed.add(key)
  return changed
}
