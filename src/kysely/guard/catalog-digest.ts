import { firstUserOid } from '../../catalog/conditions.ts'
import type { Connection } from '../../sql/connection.ts'
import { sql } from '../../sql/template.ts'

/**
 * A text for each relation (`relation`, a space and its oid) and for each catalog of other things (its name): another one after
 * whatever change of their rows.
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
const parts = sql`
  pg_catalog.count(*) filter (where not young) || ' ' || coalesce(pg_catalog.sum(place) filter (where young), 0) as digest`

const isYoung = 'pg_catalog.age(row.xmin) <= pg_catalog.age($1::pg_catalog.xid)'

/** What of `pg_class` tells of protection; a foreign key or an index elsewhere makes new versions of a row that say nothing new. */
const standing = ['relname', 'relnamespace', 'relowner', 'relkind', 'relpersistence', 'relispartition']
  .concat(['relrowsecurity', 'relforcerowsecurity', 'relacl', 'reloptions'])
  .map((column) => `row.${column}`)

/** Catalogs whose rows belong to a relation: the catalog, the column that names the relation, what tells catalogs apart, a condition. */
const partsOfRelations = [
  ['pg_attrdef', 'adrelid', '2', 'true'],
  ['pg_policy', 'polrelid', '3', 'true'],
  ['pg_constraint', 'conrelid', '4', 'true'],
  ['pg_index', 'indrelid', '5', 'true'],
  ['pg_trigger', 'tgrelid', '6', '(not row.tgisinternal or row.tgparentid <> 0)'],
  ['pg_rewrite', 'ev_class', '7', 'true'],
  ['pg_inherits', 'inhrelid', '8', 'true'],
  ['pg_partitioned_table', 'partrelid', '9', 'true'],
  ['pg_foreign_table', 'ftrelid', '10', 'true'],
  // Old versions go with their relation only.
  ['pg_attribute', 'attrelid', '11', `row.attnum > 0 and ${isYoung}`],
] as const

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

function versions(key: string, id: string): string {
  return `select ${key} as key, ${isYoung} as young,
    case when ${isYoung} then pg_catalog.hashtidextended(row.ctid, ${id}) end as place`
}

function digestSql(serverVersion: number): string {
  const user = (column: string) => `row.${column} >= ${firstUserOid}`
  const ofRelations = partsOfRelations.map(
    ([catalog, relation, id, condition]) =>
      `${versions(`row.${relation}`, id)} from pg_catalog.${catalog} row where ${user(relation)} and ${condition}`,
  )
  const ofOthers = others
    .filter(([, , from]) => serverVersion >= from)
    .map(
      ([catalog, oid]) =>
        `${versions(`'${catalog}'`, '0')} from pg_catalog.${catalog} row where ${oid === null ? 'true' : user(oid)}`,
    )
  return sql`
    select 'relation ' || key as key, ${parts} from (
      select row.oid as key, true as young,
        pg_catalog.hashtextextended(row(${standing.join(', ')})::pg_catalog.text, 1) as place
      from pg_catalog.pg_class row
      where ${user('oid')} and row.relkind in ('r', 'p', 'v', 'm', 'f')
      union all ${ofRelations.join(' union all ')}
    ) versions group by key
    union all
    select key, ${parts} from (${ofOthers.join(' union all ')}) versions group by key
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
