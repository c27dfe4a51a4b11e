import type { DatabaseConnection, Kysely, QueryResult } from 'kysely'
import type { CapturedStatement } from './captured-statement.ts'
import { guardedHandle } from './guarded-handle.ts'
import { MigrationRefused, type Problem } from './migration-refused.ts'
import type { Circumstances, Objection } from './objections.ts'
import { problemOfDefect, problemOfFailure, problemOfObjection, problemOfRefusal } from './problems.ts'
import { ServerConnection } from './server-connection.ts'
import { Session } from './session.ts'
import { StatementGate } from './statement-gate.ts'
import { type Judgement, Verification } from './verification.ts'

/** One direction of one migration. */
export interface GuardedRun extends Circumstances {
  readonly name: string
  readonly mayRunAlone: boolean
  readonly body: (db: Kysely<never>) => Promise<void>
  readonly judgement: Judgement
}

/** Runs it on the connection of the handle, which nobody else has meanwhile, and throws unless all it leaves is safe. */
export function runGuarded(db: Kysely<never>, run: GuardedRun): Promise<void> {
  return db.getExecutor().provideConnection((connection) => new Runner(db, connection, run).run())
}

class Runner {
  readonly #db: Kysely<never>
  readonly #connection: DatabaseConnection
  readonly #server: ServerConnection
  readonly #run: GuardedRun

  constructor(db: Kysely<never>, connection: DatabaseConnection, run: GuardedRun) {
    this.#db = db
    this.#connection = connection
    this.#server = new ServerConnection(connection)
    this.#run = run
  }

  async run(): Promise<void> {
    const session = await Session.begin(this.#server)
    if (session === null) throw this.#refused([problemOfObjection(noTransaction)])
    const verification = await Verification.begin(this.#server, this.#run.judgement)
    const gate = new StatementGate(this.#server, this.#run, sendAtOnce)
    const thrown = await this.#runBody(gate)
    const refused = gate.refusals.map(problemOfRefusal)
    if (refused.length > 0) throw this.#refused(refused, thrown?.error)
    if (thrown !== null) throw this.#failed(thrown.error, gate)
    const problems = await this.#verify(session, verification, gate)
    if (problems.length > 0) throw this.#refused(problems)
    await session.end()
  }

  async #runBody(gate: StatementGate): Promise<{ readonly error: unknown } | null> {
    try {
      await this.#run.body(guardedHandle(this.#db, gate))
      return null
    } catch (error) {
      return { error }
    } finally {
      await gate.seal()
    }
  }

  async #verify(session: Session, verification: Verification, gate: StatementGate): Promise<Problem[]> {
    try {
      const objections = await session.objections()
      if (objections.length > 0) return objections.map(problemOfObjection)
      const errors = await verification.newErrors()
      return errors.map((defect) => problemOfDefect(defect, gate.captured))
    } catch (error) {
      const failure = gate.failures.at(-1)
      if (failure === undefined) throw error
      const swallowed = `it failed, the migration went on, and the transaction is lost: ${messageOf(failure.error)}`
      throw this.#refused([problemOfFailure(failure, swallowed, inSavepoint)], error)
    }
  }

  #failed(error: unknown, gate: StatementGate): unknown {
    const failure = gate.failures.find((known) => known.error === error)
    if (failure === undefined || !hidesRows(error)) return error
    return this.#refused([problemOfFailure(failure, messageOf(error), forced)], error)
  }

  #refused(problems: readonly Problem[], cause?: unknown): MigrationRefused {
    const { name, direction } = this.#run
    return new MigrationRefused(name, direction, problems, cause === undefined ? {} : { cause })
  }
}

async function sendAtOnce<Row>(
  _: readonly CapturedStatement[],
  send: () => Promise<QueryResult<Row>>,
): Promise<QueryResult<Row>> {
  return await send()
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** SQLSTATE of a query that row security would have narrowed. */
function hidesRows(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && error.code === '42501' && error.message.includes('row-level')
  )
}

const noTransaction: Objection = {
  message: 'it runs without a transaction, so that nothing unsafe could be rolled back',
  help: 'Leave transactions on, and declare the few migrations that need none with withoutTransaction.',
}

const inSavepoint =
  'Let the error end the migration, or put a savepoint before what may fail and roll back to it.'

const forced =
  'Row security is forced for the owner too, and would leave rows out without a word: use withForceSuspended(db, table, ...).'
