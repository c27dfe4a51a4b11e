import type { Node } from 'libpg-query'
import { InputError } from '../../findings/input-error.ts'
import type { Migration } from '../../replay/migration.ts'
import type { Connection } from '../../sql/connection.ts'
import { deparse } from '../../sql/expression.ts'
import { as } from '../../sql/node.ts'
import type { Extensions } from './extensions.ts'
import { failureOf, isDuplicateRole, missingExtension } from './failure.ts'
import type { Transactions } from './file-transaction.ts'
import { onDatabase } from './own-database.ts'
import { type FileStatement, statementsOf } from './statements-of.ts'

/** Runs a migration that is a program over the connection. */
export type RunProgram = (migration: Migration, connection: Connection) => Promise<void>

/** What a file is run with. */
export interface FileRun {
  readonly connection: Connection
  readonly transactions: Transactions
  readonly extensions: Extensions
  /** Told of a statement that fails and is passed over; null where the first failure ends the run. */
  readonly onFailure: ((failure: InputError, statement: FileStatement) => void) | null
  /** Null where programs can't be run. */
  readonly runProgram: RunProgram | null
  /** Whether a role that is there already is no failure: roles are the server's, not the database's. */
  readonly mayFindRoles: boolean
}

/** Runs the statements of a file; returns how many there were. */
export async function applyFile(migration: Migration, run: FileRun): Promise<number> {
  const { transactions, onFailure, runProgram } = run
  const statements = statementsOf(migration)
  await transactions.startFile(
    migration.transaction ?? 'none',
    statements.flatMap(({ node }) => node ?? []),
  )
  if (runProgram !== null && migration.isKysely === true && statements.some(({ sql }) => sql === null)) {
    await runProgram(migration, run.connection)
    await transactions.endFile()
    return statements.length
  }
  let kept = 0
  for (const [at, statement] of statements.entries()) {
    try {
      if (await transactions.before(statement.node)) {
        await (onFailure === null
          ? send(statement, run)
          : guarded(run, statement.node, () => send(statement, run)))
      }
      if (statement.node !== null) transactions.after(statement.node)
    } catch (error) {
      if (onFailure === null) throw failureOf(statement, error, whatIsLeft(kept))
      onFailure(failureOf(statement, error, null), statement)
    }
    if (!transactions.isOpen) kept = at + 1
  }
  await transactions.endFile()
  return statements.length
}

function whatIsLeft(kept: number): string {
  if (kept === 0) return 'Nothing of the file is applied.'
  return `${kept === 1 ? 'The first statement' : `The first ${kept} statements`} of the file ${kept === 1 ? 'is' : 'are'} applied.`
}

async function send(statement: FileStatement, run: FileRun): Promise<void> {
  const { node, sql } = statement
  if (sql === null) throw new InputError(`can't be run: ${statement.reason}`)
  const extension = as(node ?? undefined, 'CreateExtensionStmt')
  if (extension !== undefined && !(await run.extensions.isAvailable(extension.extname ?? ''))) {
    await run.extensions.standIn(extension)
  } else if (!copiesData(node)) {
    await query(run, node, node === null ? sql : await asAppliedHere(node, sql, run))
  }
}

/** Rows that stand in the file: they move no schema. */
function copiesData(node: Node | null): boolean {
  const copy = as(node ?? undefined, 'CopyStmt')
  return copy?.is_from === true && copy.filename === undefined
}

async function asAppliedHere(node: Node, sql: string, { connection, extensions }: FileRun): Promise<string> {
  const index = as(node, 'IndexStmt')
  if (index?.options !== undefined && extensions.standInMethods.has(index.accessMethod ?? '')) {
    const { options: _, ...plain } = index
    return deparse({ IndexStmt: plain })
  }
  return (await onDatabase(node, connection)) ?? sql
}

/** Code may create an extension too: then what stands in for it is made first, and the code run again. */
async function query(run: FileRun, node: Node | null, sql: string): Promise<void> {
  const { connection, extensions, mayFindRoles } = run
  const isCode = /extension/i.test(sql) && node !== null && as(node, 'CreateExtensionStmt') === undefined
  try {
    await (isCode ? guarded(run, node, () => connection.query(sql)) : connection.query(sql))
  } catch (error) {
    const missing = missingExtension(error)
    const role = as(node ?? undefined, 'CreateRoleStmt')
    if (missing !== null) {
      await extensions.standIn({ extname: missing })
      await query(run, node, sql)
    } else if (role !== undefined && mayFindRoles && isDuplicateRole(error)) {
      const { role: rolename = '', options = [] } = role
      await connection.query(
        deparse({ AlterRoleStmt: { role: { roletype: 'ROLESPEC_CSTRING', rolename }, options, action: 1 } }),
      )
    } else throw error
  }
}

/** Within a transaction, what fails is undone alone. A statement on the transaction itself is not held. */
async function guarded(
  { connection, transactions }: FileRun,
  node: Node | null,
  action: () => Promise<unknown>,
): Promise<void> {
  if (!transactions.isOpen || as(node ?? undefined, 'TransactionStmt') !== undefined) {
    await action()
    return
  }
  await connection.query('savepoint ringfence_statement')
  try {
    await action()
  } catch (error) {
    await connection.query('rollback to savepoint ringfence_statement')
    throw error
  } finally {
    await connection.query('release savepoint ringfence_statement')
  }
}
