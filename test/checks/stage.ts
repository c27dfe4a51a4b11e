import { readCatalog } from '../../src/catalog/read-catalog.ts'
import type { SchemaModel } from '../../src/model/schema-model.ts'
import type { Connection } from '../../src/sql/connection.ts'
import { printQuery } from '../../src/sql/expression.ts'
import { as } from '../../src/sql/node.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import type { Tenancy } from '../../src/tenancy/tenancy.ts'
import { type ExampleSql, textsOf } from './examples.ts'
import { planned } from './planned.ts'
import { appRole, owner, prelude } from './prelude.ts'
import { own, Rows } from './rows.ts'

export type Verdict =
  | { readonly verdict: 'leaked' }
  /** `refusal` is what the server said, where it said anything. */
  | { readonly verdict: 'held'; readonly refusal: string | null }

/**
 * A server on which examples are acted out behind the prelude. All of it happens in one transaction that is never committed: each
 * act is undone, and nothing stays behind, roles included.
 */
export class Stage {
  readonly connection: Connection
  readonly #catalog: Connection

  private constructor(connection: Connection) {
    this.connection = connection
    this.#catalog = planned(connection)
  }

  static async open(connection: Connection): Promise<Stage> {
    const stage = new Stage(connection)
    await connection.query(`begin; set local statement_timeout = '5s'; create role ${owner} superuser`)
    await stage.apply(prelude)
    return stage
  }

  async close(): Promise<void> {
    await this.connection.query('rollback')
  }

  async undone<T>(act: () => Promise<T>): Promise<T> {
    await this.connection.query('savepoint act')
    try {
      return await act()
    } finally {
      await this.connection.query('rollback to savepoint act; release savepoint act')
    }
  }

  /** Runs migrations as the owner, who is a superuser for as long as they run and bound like anybody afterwards. */
  async apply(sql: ExampleSql): Promise<void> {
    await this.connection.query(`alter role ${owner} superuser; set local role ${owner}`)
    for (const text of textsOf(sql)) {
      await this.connection.query(statementsWithin(text).join(';\n'))
    }
    await this.connection.query(`reset role; alter role ${owner} nosuperuser`)
  }

  async model(): Promise<SchemaModel> {
    return await readCatalog(this.#catalog, { inTransaction: true })
  }

  /** Writes rows of both tenants into every table, and those that an example adds to them. */
  async rows(model: SchemaModel, tenancy: Tenancy, more?: string): Promise<Rows> {
    const rows = await Rows.insert(this.connection, model, tenancy)
    if (more !== undefined) await this.connection.query(more)
    return rows
  }

  /** What a role sees and changes by the query, in the context of its own tenant. */
  async attempt(query: string, rows: Rows, role = appRole): Promise<Verdict> {
    const before = await rows.foreign()
    return await this.undone(async () => {
      try {
        const seen = await this.asTenant(query, role)
        if (seen.some((row) => rows.isForeign(row))) return { verdict: 'leaked' }
      } catch (error) {
        if (!refusals.includes(codeOf(error))) throw error
        return { verdict: 'held', refusal: String(error) }
      }
      await this.connection.query('reset session authorization')
      const isChanged = (await rows.foreign()) !== before
      return isChanged ? { verdict: 'leaked' } : { verdict: 'held', refusal: null }
    })
  }

  async asTenant<Row = Readonly<Record<string, unknown>>>(
    query: string,
    role = appRole,
  ): Promise<readonly Row[]> {
    await this.connection.query(
      `set local session authorization ${role};
       set local app.tenant_id = '${own.tenant}'; set local app.user_id = '${own.user}'`,
    )
    return await this.connection.query<Row>(query)
  }
}

/** A privilege that is missing, and a foreign key that finds no row. */
const refusals: readonly (string | null)[] = ['42501', '23503']

export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** The statements of a migration as they can be run inside of the one transaction. */
function statementsWithin(text: string): string[] {
  return parseStatements(text).map((statement) => {
    const written = text.slice(statement.start, statement.end)
    if ('error' in statement) return written
    const transaction = as(statement.node, 'TransactionStmt')
    const index = as(statement.node, 'IndexStmt')
    if (transaction !== undefined) return savepoints[transaction.kind ?? ''] ?? written
    return index?.concurrent ? printQuery({ IndexStmt: { ...index, concurrent: false } }) : written
  })
}

const savepoints: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'savepoint migration',
  TRANS_STMT_COMMIT: 'release savepoint migration',
  TRANS_STMT_ROLLBACK: 'rollback to savepoint migration; release savepoint migration',
}
