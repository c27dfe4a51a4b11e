import type { InputError } from '../../findings/input-error.ts'
import type { Migration } from '../../replay/migration.ts'
import type { Connection } from '../../sql/connection.ts'
import { quoteIdentifier } from '../../sql/identifiers.ts'
import { supabasePrelude } from '../../templates/supabase.ts'
import type { Platform } from '../../tenancy/tenancy.ts'
import { applyFile, type FileRun, type RunProgram } from './apply-file.ts'
import { Extensions } from './extensions.ts'
import { Transactions } from './file-transaction.ts'
import type { FileStatement } from './statements-of.ts'

/** A database that sessions can be opened on, one after another. */
export interface Sessions {
  connect(): Promise<Session>
}

export interface Session extends Connection {
  close(): Promise<void>
}

export interface ApplyOptions {
  /** What stands before the first file: its roles, namespaces and helpers. */
  readonly platform?: Platform | null
  /**
   * Told of a statement that fails, which is then passed over, as if it were not there. Without it the first failure
   * ends the run: what the tool's own transaction holds is rolled back, and the failure is thrown as an `InputError`.
   */
  readonly onFailure?: (failure: InputError, statement: FileStatement) => void
  /** Runs migrations that are programs, where what they send can't all be told. */
  readonly runProgram?: RunProgram | null
  /** Told of each file before it is run. */
  readonly onFile?: (file: string) => void
}

export interface Applied {
  readonly statements: number
  /** Extensions that the server lacks and that something stood in for. */
  readonly standIns: readonly string[]
}

/**
 * Runs migrations on a server, in order, one statement at a time: in sessions and transactions as the tool runs them
 * that the files are laid out for. Rows that COPY brings in a file are left out.
 */
export async function applyMigrations(
  sessions: Sessions,
  migrations: readonly Migration[],
  { platform = null, runProgram = null, onFailure, onFile }: ApplyOptions = {},
): Promise<Applied> {
  const standIns: string[] = []
  const open = async (mayFindRoles: boolean): Promise<FileRun & { readonly session: Session }> => {
    const session = await sessions.connect()
    return {
      session,
      connection: session,
      transactions: new Transactions(session),
      extensions: new Extensions(session, standIns),
      onFailure: onFailure ?? null,
      runProgram,
      mayFindRoles,
    }
  }
  let run = await open(platform !== null)
  let statements = 0
  try {
    if (platform !== null) {
      await applyFile(supabasePrelude, run)
      await run.session.close()
      run = await open(false)
    }
    for (const [at, migration] of migrations.entries()) {
      onFile?.(migration.file)
      if (at > 0 && migration.session === 'new') {
        await run.transactions.rollback()
        await run.session.close()
        run = await open(false)
      } else if (at > 0) await putBack(run.connection, migration)
      statements += await applyFile(migration, run)
    }
    await run.transactions.commit()
  } catch (error) {
    await run.transactions.abandon()
    throw error
  } finally {
    await run.session.close()
  }
  return { statements, standIns }
}

async function putBack(connection: Connection, { session }: Migration): Promise<void> {
  if (session === 'reset-all') await connection.query('reset all')
  else if (typeof session !== 'string') {
    for (const setting of session) {
      const name = setting === 'session_authorization' ? 'session authorization' : quoteIdentifier(setting)
      await connection.query(`reset ${name}`)
    }
  }
}
