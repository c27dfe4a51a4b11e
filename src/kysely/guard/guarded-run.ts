import type { DatabaseConnection, Kysely, QueryResult } from 'kysely'
import { kindOf } from '../../sql/node.ts'
import { parseStatements } from '../../sql/parse.ts'
import { watchUnfinished } from '../unfinished.ts'
import type { CapturedStatement } from './captured-statement.ts'
import { changedBetween } from './catalog-digest.ts'
import { WrittenRows } from './changed-rows.ts'
import { runDeferredTriggers } from './deferred-triggers.ts'
import { guardedHandle } from './guarded-handle.ts'
import { MigrationRefused, type Problem } from './migration-refused.ts'
import type { Circumstances, Objection } from './objections.ts'
import {
  problemElsewhere,
  problemOfDefect,
  problemOfFailure,
  problemOfObjection,
  problemOfRefusal,
  problemOfRows,
  problemOfUnfinished,
} from './problems.ts'
import { ServerConnection } from './server-connection.ts'
import { Session } from './session.ts'
import { StatementGate } from './statement-gate.ts'
import { type Judgement, Verification } from './verification.ts'
import { watchNext } from './watch-next.ts'

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
    const written = this.#guardsRows ? await WrittenRows.begin(this.#server) : null
    const gate = new StatementGate(this.#server, this.#run, sendAtOnce)
    const thrown = await this.#runBody(gate)
    this.#assertNoneRefused(gate, thrown?.error)
    if (thrown !== null) throw this.#failed(thrown.error, gate)
    const problems = await this.#verify(session, verification, gate, written)
    this.#assertNoneRefused(gate)
    if (problems.length > 0) throw this.#refused(problems)
    await session.end()
    await this.#watchBookkeeping(verification)
  }

  #assertNoneRefused({ refusals }: StatementGate, cause?: unknown): void {
    if (refusals.length > 0) throw this.#refused(refusals.map(problemOfRefusal), cause)
  }

  get #guardsRows(): boolean {
    return this.#run.direction === 'down' && !this.#run.mayChangeRows
  }

  /** What is safe now must still be so when the migrator has written down that the migration was applied. */
  async #watchBookkeeping(verification: Verification): Promise<void> {
    const verified = await verification.digest()
    watchNext(this.#connection, async (text) => {
      const written = parseStatements(text).map((statement) => 'node' in statement && kindOf(statement.node))
      if (!written.some((kind) => kind === 'InsertStmt' || kind === 'DeleteStmt')) return
      const deferred = await runDeferredTriggers(this.#server)
      const changed = changedBetween(verified, await verification.digest())
      if (deferred !== null || changed.size > 0) {
        throw this.#refused([problemOfObjection(deferred ?? changedAfterwards)])
      }
    })
  }

  async #runBody(gate: StatementGate): Promise<{ readonly error: unknown } | null> {
    try {
      const handle = guardedHandle(this.#db, gate)
      const { unfinished } = await watchUnfinished(() => this.#run.body(handle))
      if (unfinished.length === 0) return null
      return { error: this.#refused(unfinished.map(problemOfUnfinished)) }
    } catch (error) {
      return { error }
    } finally {
      await gate.seal()
    }
  }

  async #verify(
    session: Session,
    verification: Verification,
    gate: StatementGate,
    written: WrittenRows | null,
  ): Promise<Problem[]> {
    try {
      const deferred = await runDeferredTriggers(this.#server)
      const objections = [...(deferred === null ? [] : [deferred]), ...(await session.objections())]
      if (objections.length > 0) return objections.map(problemOfObjection)
      const tables = (await written?.since(this.#server)) ?? []
      const changed = tables.map((table) => problemOfRows(table, gate.captured))
      const errors = await verification.newErrors()
      const elsewhere = await session.madeElsewhere(errors.flatMap(({ found }) => found.relation ?? []))
      const found = errors.map((defect) =>
        elsewhere.has(defect.found.relation ?? '')
          ? problemElsewhere(defect)
          : problemOfDefect(defect, gate.captured),
      )
      return [...changed, ...found]
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

const changedAfterwards: Objection = {
  message: 'the schema changed again when the migrator wrote down that the migration was applied',
  help: 'Take triggers, rules and defaults off the table in which the migrator keeps what was applied.',
}

const inSavepoint =
  'Let the error end the migration, or put a savepoint before what may fail and roll back to it.'

const forced =
  'Row security is forced for the owner too, and would leave rows out without a word: use withForceSuspended(db, table, ...).'
