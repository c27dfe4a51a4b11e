import { firstUserOid } from '../../catalog/conditions.ts'
import { displayId } from '../../sql/identifiers.ts'
import { sql } from '../../sql/template.ts'
import type { ServerConnection } from './server-connection.ts'

interface CountRow {
  readonly relation: string
  readonly namespace: string
  readonly name: string
  readonly count: string
}

const counts = sql`
  select relid::pg_catalog.text as relation, schemaname as namespace, relname as name,
    (n_tup_ins + n_tup_upd + n_tup_del)::pg_catalog.text as count
  from pg_catalog.pg_stat_xact_user_tables
  where n_tup_ins + n_tup_upd + n_tup_del > 0 and not pg_catalog.starts_with(schemaname, 'pg_temp')`

/** TRUNCATE is not counted, but leaves an empty file. */
const files = sql`
  select c.oid::pg_catalog.text as relation, n.nspname as namespace, c.relname as name,
    case when pg_catalog.pg_relation_size(c.oid) > 0 then 'rows' else 'none' end as count
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and c.relpersistence <> 't' and c.oid >= ${firstUserOid}`

/** In which tables this transaction wrote rows, as the server counts them, be it from within functions or triggers. */
export class WrittenRows {
  readonly #before: ReadonlyMap<string, string>
  readonly #filled: ReadonlySet<string>

  private constructor(before: readonly CountRow[], filled: readonly CountRow[]) {
    this.#before = new Map(before.map(({ relation, count }) => [relation, count]))
    this.#filled = new Set(filled.flatMap(({ relation, count }) => (count === 'rows' ? relation : [])))
  }

  static async begin(server: ServerConnection): Promise<WrittenRows> {
    return await server.unswayed(
      async () => new WrittenRows(await server.query(counts), await server.query(files)),
    )
  }

  /** The tables of which rows were written or taken away since; one that was dropped has none. */
  async since(server: ServerConnection): Promise<readonly string[]> {
    const [written, held] = await server.unswayed(
      async () => [await server.query<CountRow>(counts), await server.query<CountRow>(files)] as const,
    )
    const changed = [
      ...written.filter(({ relation, count }) => this.#before.get(relation) !== count),
      ...held.filter(({ relation, count }) => this.#filled.has(relation) && count === 'none'),
    ]
    return [...new Set(changed.map(({ namespace, name }) => displayId(namespace, name)))].sort()
  }
}
