import { CompiledQuery, type DatabaseConnection, type QueryResult } from 'kysely'
import type { Connection } from '../../sql/connection.ts'
import { splitStatements } from '../../sql/split.ts'
import { sql } from '../../sql/template.ts'

const emptyPath = sql`
  select own, pg_catalog.set_config('search_path', '', $1) from (
    select pg_catalog.current_setting('search_path') as own offset 0
  ) as former`
const formerPath = "select pg_catalog.set_config('search_path', $1, $2)"

type Execute = DatabaseConnection['executeQuery']
type Stream = DatabaseConnection['streamQuery']

/**
 * The connection of a migration as it was before the migration had it: what is asked here passes no plugin, no log and
 * nothing that the migration put in its place.
 */
export class ServerConnection implements Connection {
  readonly #connection: DatabaseConnection
  readonly #execute: Execute
  readonly #stream: Stream
  #isUnswayed = false

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
    this.#execute = connection.executeQuery
    this.#stream = connection.streamQuery
  }

  /** PGlite and the extended protocol take one statement at a time. */
  async query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    if (values !== undefined || !text.includes(';')) return await this.#one<Row>(text, values ?? [])
    let rows: readonly Row[] = []
    for (const { start, end } of splitStatements(text)) {
      const statement = text.slice(start, end).trim()
      if (statement !== '') rows = await this.#one<Row>(statement, [])
    }
    return rows
  }

  /**
   * Asks under an empty search path: an operator that somebody made for two types of ours is taken for it where its namespace is in
   * the path, `public` as a rule. What the questions mean would be for it to say. The path is afterwards as it was; within another
   * such round it stays empty. `isLocal`: whether the connection is in a transaction.
   */
  async unswayed<Result>(ask: () => Promise<Result>, isLocal = true): Promise<Result> {
    if (this.#isUnswayed) return await ask()
    const [path] = await this.query<{ own: string }>(emptyPath, [isLocal])
    this.#isUnswayed = true
    try {
      return await ask()
    } finally {
      this.#isUnswayed = false
      // In a transaction that has failed the path goes back with it.
      if (path !== undefined) await this.query(formerPath, [path.own, isLocal]).catch(() => undefined)
    }
  }

  async #one<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const { rows } = await this.execute<Row>(CompiledQuery.raw(text, [...values]))
    return rows
  }

  /** `rest`: what newer versions of Kysely give beside the query. */
  execute<Row>(query: CompiledQuery, ...rest: readonly unknown[]): Promise<QueryResult<Row>> {
    return Reflect.apply(this.#execute, this.#connection, [query, ...rest])
  }

  stream<Row>(query: CompiledQuery, ...rest: readonly unknown[]): AsyncIterableIterator<QueryResult<Row>> {
    return Reflect.apply(this.#stream, this.#connection, [query, ...rest])
  }
}
