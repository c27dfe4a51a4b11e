import type { Node } from 'libpg-query'
import { withoutRefused } from '../../scripts/without-refused.ts'
import { type Difference, type Differences, differencesOf } from '../../src/catalog/differences.ts'
import { readCatalog } from '../../src/catalog/read-catalog.ts'
import type { SchemaModel } from '../../src/model/schema-model.ts'
import type { Migration } from '../../src/replay/migration.ts'
import { replay } from '../../src/replay/replay.ts'
import { onDatabase } from '../../src/run/apply/own-database.ts'
import { type FileStatement, statementsOf } from '../../src/run/apply/statements-of.ts'
import type { Connection } from '../../src/sql/connection.ts'
import { deparse } from '../../src/sql/expression.ts'
import { as } from '../../src/sql/node.ts'

/** A history through both sources. */
export interface BothSources extends Differences {
  readonly replayed: SchemaModel
  /** What the server refused; then it is not replayed either. */
  readonly refused: readonly string[]
  /** Differences that no unmodelled statement covers: one that names the relation, or may affect any. */
  readonly silent: readonly string[]
}

/**
 * Replays a history and runs it on a server, in a transaction that is rolled back: roles, which belong to the whole
 * server, are gone with it too. Transactions of the history are savepoints meanwhile.
 */
export async function bothSources(
  connection: Connection,
  migrations: readonly Migration[],
): Promise<BothSources> {
  await connection.query('begin')
  try {
    const refused: { statement: FileStatement; message: string }[] = []
    const transaction = { isOpen: false }
    for (const statement of migrations.flatMap(statementsOf)) {
      const message = await run(connection, statement, transaction)
      if (message !== null) refused.push({ statement, message })
    }
    await connection.query('set session authorization default')
    const live = await readCatalog(connection, { inTransaction: true, migrationRole: 'postgres' })
    const sent = withoutRefused(
      migrations,
      refused.map(({ statement }) => statement),
    )
    const replayed = replay(sent).model
    const result = differencesOf(replayed, live, {
      migrationRole: 'postgres',
      leavesOut: (kind, id) => kind === 'roles' && id === 'postgres',
    })
    return {
      ...result,
      replayed,
      refused: refused.map(({ message, statement }) => `${message}: ${statement.sql}`),
      silent: result.differences.filter((difference) => !isCovered(replayed, difference)).map(told),
    }
  } finally {
    await connection.query('rollback')
  }
}

/** The server's message where it refuses a statement. */
async function run(
  connection: Connection,
  { sql, node }: FileStatement,
  transaction: { isOpen: boolean },
): Promise<string | null> {
  if (sql === null) return null
  const own = asSavepoint(node, transaction)
  if (own !== undefined) {
    await connection.query(own)
    return null
  }
  const text = (await elsewhere(node, connection)) ?? sql
  await connection.query('savepoint each')
  try {
    await connection.query(`${text}\n; release savepoint each`)
    return null
  } catch (error) {
    await connection.query('rollback to savepoint each; release savepoint each')
    return error instanceof Error ? error.message : String(error)
  }
}

/** BEGIN within a transaction and COMMIT without one do nothing but warn. */
function asSavepoint(node: Node | null, transaction: { isOpen: boolean }): string | undefined {
  const kind = as(node ?? undefined, 'TransactionStmt')?.kind
  if (kind === 'TRANS_STMT_BEGIN') {
    const opens = !transaction.isOpen
    transaction.isOpen = true
    return opens ? 'savepoint own' : 'select'
  }
  if (kind !== 'TRANS_STMT_COMMIT' && kind !== 'TRANS_STMT_ROLLBACK') return undefined
  const ends = transaction.isOpen
  transaction.isOpen = false
  if (!ends) return 'select'
  return kind === 'TRANS_STMT_COMMIT'
    ? 'release savepoint own'
    : 'rollback to savepoint own; release savepoint own'
}

/** On this database, and in a transaction. */
async function elsewhere(node: Node | null, connection: Connection): Promise<string | undefined> {
  if (node === null) return undefined
  return withoutConcurrently(node) ?? (await onDatabase(node, connection))
}

function withoutConcurrently(node: Node): string | undefined {
  const index = as(node, 'IndexStmt')
  return index?.concurrent === true ? deparse({ IndexStmt: { ...index, concurrent: false } }) : undefined
}

function isCovered({ unmodelled }: SchemaModel, { id }: Difference): boolean {
  return [...unmodelled.values()].some(({ affects }) => affects === null || affects.includes(id))
}

/** A difference in a line: what it is of, and both sides. */
export function told({ kind, id, part, field, left, right }: Difference): string {
  const where = [kind, id, part, field].filter((name) => name !== null).join(' ')
  return `${where}: ${left ?? 'nothing'} | ${right ?? 'nothing'}`
}
