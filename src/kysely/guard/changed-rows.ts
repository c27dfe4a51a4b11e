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

/** In which tables this transaction wrote rows, as the server counts them, be it from within functions or triggers. */
export class WrittenRows {
  readonly #before: ReadonlyMap<string, string>

  private constructor(before: ReadonlyMap<string, string>) {
    this.#before = before
  }

  static async begin(server: ServerConnection): Promise<WrittenRows> {
    const rows = await server.unswayed(() => server.query<CountRow>(counts))
    return new WrittenRows(new Map(rows.map(({ relation, count }) => [relation, count])))
  }

  /** The tables of which rows were written since. */
  async since(server: ServerConnection): Promise<readonly string[]> {
    const rows = await server.unswayed(() => server.query<CountRow>(counts))
    return rows
      .filter(({ relation, count }) => this.#before.get(relation) !== count)
      .map(({ namespace, name }) => displayId(namespace, name))
      .sort()
  }
}
