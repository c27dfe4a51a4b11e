import { firstUserOid } from '../../catalog/conditions.ts'
import type { Connection } from '../../sql/connection.ts'
import { sql } from '../../sql/template.ts'

/**
 * What tells states of the catalogs apart. `relation` and an oid: what `pg_class` says of protection. `parts` and an oid: what was
 * made or changed of what belongs to the relation. The name of a catalog: how many of its rows are as they were when the digests
 * began, and for things other than relations what was made or changed.
 */
export type CatalogDigest = ReadonlyMap<string, string>

interface DigestRow {
  readonly key: string
  readonly digest: string
}

/**
 * A row of a catalog is never changed in its place but for statistics: each change makes a new row version, by a transaction that
 * was running or not begun when the digests began. So old versions need only be counted, and young ones are told by their place.
 */
const isYoung = 'pg_catalog.age(row.xmin) <= (select pg_catalog.age($1::pg_catalog.xid))'

/** What of `pg_class` tells of protection; a foreign key or an index elsewhere makes new versions of a row that say nothing new. */
const protection = ['relname', 'relnamespace', 'relowner', 'relkind', 'relpersistence', 'relispartition']
  .concat(['relrowsecurity', 'relforcerowsecurity', 'relacl', 'reloptions'])
  .map((column) => `row.${column}`)

/** Catalogs whose rows belong to a relation: the catalog, the column that names the relation, what tells catalogs apart. */
const partsOfRelations = [
  ['pg_attribute', 'attrelid', '1'],
  ['pg_policy', 'polrelid', '2'],
  ['pg_constraint', 'conrelid', '3'],
  ['pg_index', 'indrelid', '4'],
  ['pg_trigger', 'tgrelid', '5'],
  ['pg_rewrite', 'ev_class', '6'],
  ['pg_inherits', 'inhrelid', '7'],
  ['pg_partitioned_table', 'partrelid', '8'],
  ['pg_foreign_table', 'ftrelid', '9'],
] as const

/** Triggers of foreign keys say nothing that the foreign key doesn't. */
const ofUsers: Readonly<Record<string, string>> = {
  pg_attribute: 'row.attnum > 0',
  pg_trigger: '(not row.tgisinternal or row.tgparentid <> 0)',
}

/** Catalogs whose rows stand by themselves: the column of the oid where the system has many, and the version that brought it. */
const others = [
  ['pg_proc', 'oid', 0],
  ['pg_type', 'oid', 0],
  ['pg_operator', 'oid', 0],
  ['pg_cast', 'oid', 0],
  ['pg_aggregate', 'aggfnoid', 0],
  ['pg_namespace', null, 0],
  ['pg_enum', null, 0],
  ['pg_language', null, 0],
  ['pg_default_acl', null, 0],
  ['pg_db_role_setting', null, 0],
  ['pg_auth_members', null, 0],
  ['pg_extension', null, 0],
  ['pg_event_trigger', null, 0],
  ['pg_foreign_server', null, 0],
  ['pg_publication', null, 0],
  ['pg_publication_rel', null, 0],
  ['pg_publication_namespace', null, 150_000],
] as const

function digestSql(serverVersion: number): string {
  const user = (column: string) => `row.${column} >= ${firstUserOid}`
  const young = partsOfRelations.map(
    ([catalog, relation, id]) =>
      `select row.${relation} as relation, pg_catalog.hashtidextended(row.ctid, ${id}) as place from pg_catalog.${catalog} row
       where ${user(relation)} and ${isYoung} and ${ofUsers[catalog] ?? 'true'}`,
  )
  // Columns go with their relation only.
  const old = partsOfRelations
    .filter(([catalog]) => catalog !== 'pg_attribute')
    .map(
      ([catalog, relation]) =>
        `select '${catalog}' as key, pg_catalog.count(*)::pg_catalog.text as digest from pg_catalog.${catalog} row
         where ${user(relation)} and not ${isYoung} and ${ofUsers[catalog] ?? 'true'}`,
    )
  const standing = others
    .filter(([, , from]) => serverVersion >= from)
    .map(
      ([catalog, oid]) =>
        `select '${catalog}', pg_catalog.count(*) filter (where not ${isYoung}) || ' ' || coalesce(pg_catalog.sum(
           case when ${isYoung} then pg_catalog.hashtidextended(row.ctid, 0) end), 0)
         from pg_catalog.${catalog} row where ${oid === null ? 'true' : user(oid)}`,
    )
  return sql`
    select 'relation ' || row.oid as key,
      pg_catalog.hash_record_extended(row(${protection.join(', ')}), 0)::pg_catalog.text as digest
    from pg_catalog.pg_class row
    where ${user('oid')} and row.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select 'parts ' || relation, pg_catalog.sum(place)::pg_catalog.text
    from (${young.join(' union all ')}) young group by relation
    union all
    ${[...old, ...standing].join(' union all ')}
    union all
    select 'pg_roles', pg_catalog.sum(pg_catalog.hashtextextended(row::pg_catalog.text, 0))::pg_catalog.text
    from pg_catalog.pg_roles row`
}

/** Reads digests that can be held against each other. */
export class CatalogDigests {
  readonly #connection: Connection
  readonly #sql: string
  readonly #since: string

  private constructor(connection: Connection, text: string, since: string) {
    this.#connection = connection
    this.#sql = text
    this.#since = since
  }

  static async of(connection: Connection): Promise<CatalogDigests> {
    const [row] = await connection.query<{ version: number; since: string }>(sql`
      select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version,
        (pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.numeric
          % 4294967296)::pg_catalog.text as since`)
    if (row === undefined) throw new Error('the server does not tell its version')
    return new CatalogDigests(connection, digestSql(row.version), row.since)
  }

  async read(): Promise<CatalogDigest> {
    const rows = await this.#connection.query<DigestRow>(this.#sql, [this.#since])
    return new Map(rows.map(({ key, digest }) => [key, digest]))
  }
}

/** The keys of what was made, changed or dropped between two readings. */
export function changedBetween(before: CatalogDigest, after: CatalogDigest): ReadonlySet<string> {
  const changed = new Set<string>()
  for (const [key, digest] of after) if (before.get(key) !== digest) changed.add(key)
  for (const key of before.keys()) if (!after.has(key)) changed.add(key)
  return changed
}
