import { firstUserOid } from '../../catalog/conditions.ts'
import type { Routine } from '../../model/schema-model.ts'
import type { Connection } from '../../sql/connection.ts'
import { sql } from '../../sql/template.ts'

/**
 * What tells states of the catalogs apart. `relation` and an oid: what `pg_class` says of protection. `parts` and an oid: what was
 * made or changed of what belongs to the relation. The name of a catalog: how many of its rows are as they were when the digests
 * began. The name and `+`, for things other than relations: what was made or changed since.
 */
export type CatalogDigest = ReadonlyMap<string, string>

interface DigestRow {
  /** Null for a relation itself. */
  readonly catalog: string | null
  /** Null for rows that are as they were, 0 for others than relations. */
  readonly relation: number | null
  readonly digest: string
}

/**
 * A row of a catalog is never changed in its place but for statistics: each change makes a new row version, by a transaction that
 * was running or not begun when the digests began. So old versions need only be counted, and young ones are told by their place.
 */
const isYoung = 'pg_catalog.age(row.xmin) <= pg_catalog.age($1::pg_catalog.xid)'

/** What of `pg_class` tells of protection; a foreign key or an index elsewhere makes new versions of a row that say nothing new. */
const protection = ['relname', 'relnamespace', 'relowner', 'relkind', 'relpersistence', 'relispartition']
  .concat(['relrowsecurity', 'relforcerowsecurity', 'relacl', 'reloptions'])
  .map((column) => `row.${column}`)

/** Catalogs whose rows belong to a relation: the catalog, the column that names the relation, and which rows count. */
const partsOfRelations = [
  ['pg_policy', 'polrelid', 'true'],
  // Of a domain it is 0.
  ['pg_constraint', 'conrelid', 'row.conrelid <> 0'],
  ['pg_index', 'indrelid', 'true'],
  // Triggers of foreign keys say nothing that the foreign key doesn't.
  ['pg_trigger', 'tgrelid', '(not row.tgisinternal or row.tgparentid <> 0)'],
  ['pg_rewrite', 'ev_class', 'true'],
  ['pg_inherits', 'inhrelid', 'true'],
  ['pg_partitioned_table', 'partrelid', 'true'],
  ['pg_foreign_table', 'ftrelid', 'true'],
] as const

/** Columns go with their relation only, so the old ones need not be counted. OFFSET: most rows are left out by their head alone. */
const youngColumns = `(
  select row.attrelid, row.attnum, row.ctid from pg_catalog.pg_attribute row where ${isYoung} offset 0)`

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

/** Each catalog once, and all in one: what takes the server longest is to plan it. */
function digestSql(serverVersion: number): string {
  const user = (column: string) => `row.${column} >= ${firstUserOid}`
  const young = (relation: string) => `case when ${isYoung} then ${relation} end, row.ctid`
  const rows = [
    `select 'pg_attribute'::pg_catalog.text, row.attrelid, row.ctid from ${youngColumns} row where row.attnum > 0`,
    ...partsOfRelations.map(
      ([catalog, relation, counts]) =>
        `select '${catalog}'::pg_catalog.text, ${young(`row.${relation}`)} from pg_catalog.${catalog} row where ${counts}`,
    ),
    ...others
      .filter(([, , from]) => serverVersion >= from)
      .map(
        ([catalog, oid]) =>
          `select '${catalog}'::pg_catalog.text, ${young('0::pg_catalog.oid')} from pg_catalog.${catalog} row
           where ${oid === null ? 'true' : user(oid)}`,
      ),
  ]
  return sql`
    select null::pg_catalog.text as catalog, row.oid as relation,
      pg_catalog.hash_record_extended(row(${protection.join(', ')}), 0)::pg_catalog.text as digest
    from pg_catalog.pg_class row
    where ${user('oid')} and row.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select catalog, relation,
      pg_catalog.count(*) || ' ' || coalesce(
        pg_catalog.sum(case when relation is not null then pg_catalog.hashtidextended(ctid, 0) end)::pg_catalog.text, '')
    from (${rows.join(' union all ')}) row (catalog, relation, ctid)
    group by catalog, relation
    union all
    select 'pg_roles', null, pg_catalog.sum(pg_catalog.hashtextextended(row::pg_catalog.text, 0))::pg_catalog.text
    from pg_catalog.pg_roles row`
}

const touchedRoutines = sql`
  select n.nspname as namespace, row.proname as name
  from pg_catalog.pg_proc row join pg_catalog.pg_namespace n on n.oid = row.pronamespace
  where row.oid >= ${firstUserOid} and ${isYoung}`

function keyOf({ catalog, relation }: DigestRow): string {
  if (catalog === null) return `relation ${relation}`
  if (relation === null) return catalog
  return Number(relation) === 0 ? `${catalog}+` : `parts ${relation}`
}

/** The server gives the parts of a relation in any order. */
function digestOf(rows: readonly DigestRow[]): CatalogDigest {
  const digests = new Map<string, string>()
  for (const row of rows.toSorted((one, other) => ((one.catalog ?? '') < (other.catalog ?? '') ? -1 : 1))) {
    const key = keyOf(row)
    const former = digests.get(key)
    digests.set(
      key,
      former === undefined ? `${row.catalog} ${row.digest}` : `${former} ${row.catalog} ${row.digest}`,
    )
  }
  return digests
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

  /** The names of the routines that were made or changed since the digests began. */
  async touchedRoutines(): Promise<readonly Pick<Routine, 'namespace' | 'name'>[]> {
    return await this.#connection.query(touchedRoutines, [this.#since])
  }

  async read(): Promise<CatalogDigest> {
    return digestOf(await this.#connection.query<DigestRow>(this.#sql, [this.#since]))
  }
}

/** The keys of what was made, changed or dropped between two readings. */
export function changedBetween(before: CatalogDigest, after: CatalogDigest): ReadonlySet<string> {
  const changed = new Set<string>()
  for (const [key, digest] of after) if (before.get(key) !== digest) changed.add(key)
  for (const key of before.keys()) if (!after.has(key)) changed.add(key)
  return changed
}
