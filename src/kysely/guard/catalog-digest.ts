import { firstUserOid, standsAlone } from '../../catalog/conditions.ts'
import type { Routine } from '../../model/schema-model.ts'
import type { Connection } from '../../sql/connection.ts'
import { sql } from '../../sql/template.ts'

/**
 * What tells states of the catalogs apart. `relation` and an oid: what `pg_class` says of protection. `parts` and an oid: what was
 * made or changed of what belongs to the relation. The name of a catalog: how many of its rows are as they were when the digests
 * began. The name and `+`, for things other than relations: what was made or changed since.
 */
export type CatalogDigest = ReadonlyMap<string, string>

/** One for each catalog: sent as few rows, for a driver takes longer over rows than over text. */
interface DigestRow {
  /** Null for the relations themselves. */
  readonly catalog: string | null
  /** How many rows there are. Null where old rows are not counted. */
  readonly count: string | null
  /** Of each row made or changed since, the oid of its relation, or 0, and its place; of a relation its oid and its digest. */
  readonly young: string | null
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

/**
 * Catalogs whose rows stand by themselves: the column of the oid where the system has many, and the version that brought it. Of the
 * system's own those count that were changed: somebody was granted one.
 */
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
  ['pg_parameter_acl', null, 150_000],
] as const

/** Each catalog once, and all in one: what takes the server longest is to plan it. */
function digestSql(serverVersion: number): string {
  const user = (column: string) => `row.${column} >= ${firstUserOid}`
  const list = (oid: string, told: string) => `pg_catalog.string_agg(${oid} || ' ' || ${told}, ';')`
  const young = (oid: string) =>
    `pg_catalog.count(*)::pg_catalog.text, ${list(oid, 'row.ctid')} filter (where ${isYoung})`
  const catalogs = [
    `select 'pg_attribute', null, ${list('row.attrelid', 'row.ctid')} from ${youngColumns} row where row.attnum > 0`,
    ...partsOfRelations.map(
      ([catalog, relation, counts]) =>
        `select '${catalog}', ${young(`row.${relation}`)} from pg_catalog.${catalog} row where ${counts}`,
    ),
    ...others
      .filter(([, , from]) => serverVersion >= from)
      .map(
        ([catalog, oid]) =>
          `select '${catalog}', ${young("'0'")} from pg_catalog.${catalog} row
           where ${oid === null ? 'true' : `(${user(oid)} or ${isYoung})`}`,
      ),
  ]
  return sql`
    select null::pg_catalog.text as catalog, null::pg_catalog.text as count,
      ${list('row.oid', `pg_catalog.hash_record_extended(row(${protection.join(', ')}), 0)`)} as young
    from pg_catalog.pg_class row
    where ${user('oid')} and row.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    ${catalogs.join(' union all ')}
    union all
    select 'pg_roles', pg_catalog.sum(pg_catalog.hashtextextended(row::pg_catalog.text, 0))::pg_catalog.text, null
    from pg_catalog.pg_roles row`
}

/** Under these triggers and foreign keys do nothing, or code of anybody's is loaded. */
const settingsOfServer = [
  'session_replication_role',
  'allow_system_table_mods',
  'dynamic_library_path',
].concat(['session_preload_libraries', 'local_preload_libraries'])

const grantedSettings = sql`
  select row.parname as name
  from pg_catalog.pg_parameter_acl row
  where ${isYoung} and row.parname in (${settingsOfServer.map((name) => `'${name}'`).join(', ')})
  order by row.parname`

/** A routine by its name, whatever its arguments. */
export interface TouchedRoutine extends Pick<Routine, 'namespace' | 'name' | 'owner'> {
  /** Whether it belongs to an extension, so that no model has it. */
  readonly isOfExtension: boolean
}

const touchedRoutines = sql`
  select n.nspname as namespace, row.proname as name, pg_catalog.pg_get_userbyid(row.proowner) as owner,
    not ${standsAlone('pg_proc', 'row.oid')} as "isOfExtension"
  from pg_catalog.pg_proc row join pg_catalog.pg_namespace n on n.oid = row.pronamespace
  where row.oid >= ${firstUserOid} and ${isYoung}`

/** The server gives the rows of a catalog in any order. */
function digestOf(rows: readonly DigestRow[]): CatalogDigest {
  const digests = new Map<string, string>()
  const add = (key: string, told: string) => digests.set(key, `${digests.get(key) ?? ''}${told};`)
  for (const { catalog, count, young } of rows) {
    const listed = young === null ? [] : young.split(';').sort()
    for (const item of listed) {
      const end = item.indexOf(' ')
      const oid = item.slice(0, end)
      const told = item.slice(end + 1)
      if (catalog === null) digests.set(`relation ${oid}`, told)
      else if (oid === '0') add(`${catalog}+`, told)
      else add(`parts ${oid}`, `${catalog} ${told}`)
    }
    if (catalog === 'pg_roles') digests.set(catalog, count ?? '')
    else if (catalog !== null && count !== null) digests.set(catalog, String(Number(count) - listed.length))
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

  /** The settings whose change was granted to somebody since the digests began, and which are none of an application's. */
  async grantedSettings(): Promise<readonly string[]> {
    const rows = await this.#connection.query<{ name: string }>(grantedSettings, [this.#since])
    return rows.map(({ name }) => name)
  }

  /** The routines that were made or changed since the digests began. */
  async touchedRoutines(): Promise<readonly TouchedRoutine[]> {
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
