import type { DatabaseConnection, Kysely } from 'kysely'
import { isConnectionLoss } from '../../engine/connection-failure.ts'
import { watchUnfinished } from '../unfinished.ts'
import { needsNoTransaction, objectionToCode } from './alone.ts'
import { bookkeepingWrite, isInert } from './bookkeeping.ts'
import type { CapturedStatement } from './captured-statement.ts'
import { WrittenRows } from './changed-rows.ts'
import { mayRunCode } from './code-in-indexes.ts'
import { runDeferredTriggers } from './deferred-triggers.ts'
import { guardedHandle } from './guarded-handle.ts'
import { MigrationRefused, type Problem } from './migration-refused.ts'
import type { Circumstances, Objection } from './objections.ts'
import {
  problemElsewhere,
  problemOfContext,
  problemOfDefect,
  problemOfFailure,
  problemOfObjection,
  problemOfRefusal,
  problemOfRows,
  problemOfSetting,
  problemOfStatement,
  problemOfUnfinished,
} from './problems.ts'
import { ServerConnection } from './server-connection.ts'
import { Session } from './session.ts'
import { type Failure, StatementGate } from './statement-gate.ts'
import { type Judgement, Verification } from './verification.ts'
import { watchNext } from './watch-next.ts'

/** One direction of one migration. */
export interface GuardedRun extends Omit<Circumstances, 'isAlone'> {
  readonly name: string
  readonly mayRunAlone: boolean
  /** Whether it was declared that it writes functions of the context by hand. */
  readonly mayChangeContext: boolean
  readonly body: (db: Kysely<never>) => Promise<void>
  readonly judgement: Judgement
}

/** What a transaction is held against at its end. */
interface Held {
  readonly session: Session
  readonly verification: Verification
  readonly written: WrittenRows | null
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
    const held = await this.#begin()
    if (held === null) return await this.#runAlone()
    const { session, verification } = held
    const gate = new StatementGate(
      this.#server,
      { ...this.#run, isAlone: false },
      (captured) => verification.foresee(captured),
      (_, send) => send(),
    )
    await this.#runBody(gate)
    const problems = await this.#verify(held, gate.captured, gate.failures)
    this.#assertNoneRefused(gate)
    if (problems.length > 0) throw this.#refused(problems)
    await session.end()
    watchNext(this.#connection, async (text, send) => {
      const write = bookkeepingWrite(text)
      if (write === null || (await isInert(this.#server, write))) return await send()
      const result = await send()
      await this.#assertUnchanged(verification)
      return result
    })
  }

  /** Null where the connection is in no transaction. */
  #begin(): Promise<Held | null> {
    return this.#server.unswayed(async () => {
      const session = await Session.begin(this.#server)
      if (session === null) return null
      const verification = await Verification.begin(this.#server, this.#run.judgement, true)
      const written = this.#guardsRows ? await WrittenRows.begin(this.#server) : null
      return { session, verification, written }
    })
  }

  /** Without a transaction around all of it, each statement has one of its own, but for those that PostgreSQL lets have none. */
  async #runAlone(): Promise<void> {
    if (!this.#run.mayRunAlone) throw this.#refused([problemOfObjection(noTransaction)])
    const verification = await Verification.begin(this.#server, this.#run.judgement, false)
    const problems: Problem[] = []
    const foresee = (captured: readonly CapturedStatement[]) => verification.foresee(captured)
    const circumstances = { ...this.#run, isAlone: true }
    const gate = new StatementGate(this.#server, circumstances, foresee, async (captured, send) => {
      const [only, ...others] = captured
      if (only !== undefined && others.length === 0 && needsNoTransaction(only.node)) {
        if (!(await mayRunCode(this.#server, only.node))) return await send()
        problems.push(problemOfStatement(only, objectionToCode))
        throw this.#refused(problems)
      }
      return await this.#inTransaction(send, async (session) => {
        const found = await this.#verify({ session, verification, written: null }, captured, [])
        problems.push(...found)
        if (found.length > 0) throw this.#refused(found)
      })
    })
    await this.#runBody(gate)
    this.#assertNoneRefused(gate)
    if (problems.length > 0) throw this.#refused(problems)
    const errors = await verification.newErrors(false)
    if (errors.length > 0) {
      const found = errors.map((defect) => problemOfDefect(defect, gate.captured))
      throw this.#refused(found, undefined, 'it ran without a transaction, and what it did stays')
    }
    watchNext(this.#connection, async (text, send) => {
      const write = bookkeepingWrite(text)
      if (write === null || (await isInert(this.#server, write))) return await send()
      return await this.#inTransaction(send, () => this.#assertUnchanged(verification))
    })
  }

  async #inTransaction<Result>(
    send: () => Promise<Result>,
    examine: (session: Session) => Promise<void>,
  ): Promise<Result> {
    await this.#server.query('begin')
    try {
      const session = await Session.begin(this.#server)
      if (session === null) throw new Error('the connection begins no transaction')
      const result = await send()
      await examine(session)
      await this.#server.query('commit')
      return result
    } catch (error) {
      await this.#server.query('rollback')
      throw error
    }
  }

  get #guardsRows(): boolean {
    return this.#run.direction === 'down' && !this.#run.mayChangeRows
  }

  /** What is safe now must still be so when the migrator has written down that the migration was applied. */
  async #assertUnchanged(verification: Verification): Promise<void> {
    const deferred = await runDeferredTriggers(this.#server)
    const changed = await verification.changedSince()
    if (deferred === null && changed.size === 0) return
    throw this.#refused([problemOfObjection(deferred ?? changedAfterwards)])
  }

  #assertNoneRefused({ refusals }: StatementGate, cause?: unknown): void {
    if (refusals.length > 0) throw this.#refused(refusals.map(problemOfRefusal), cause)
  }

  async #runBody(gate: StatementGate): Promise<void> {
    const thrown = await this.#thrownBy(gate)
    this.#assertNoneRefused(gate, thrown?.error)
    if (thrown !== null) throw this.#failed(thrown.error, gate)
  }

  async #thrownBy(gate: StatementGate): Promise<{ readonly error: unknown } | null> {
    try {
      const handle = guardedHandle(this.#db, gate)
      const { unfinished } = await watchUnfinished(() => this.#run.body(handle))
      if (unfinished.length === 0) return null
      return { error: this.#refused(unfinished.map(problemOfUnfinished)) }
    } catch (error) {
      // A migrator tells the error, and of one that is undefined there is nothing to tell.
      return {
        error: error instanceof Error ? error : new Error(`it threw ${String(error)}`, { cause: error }),
      }
    } finally {
      await gate.seal()
    }
  }

  /** What is wrong at the end of a transaction, or of all that the migration does in it. */
  async #verify(
    held: Held,
    captured: readonly CapturedStatement[],
    failures: readonly Failure[],
  ): Promise<Problem[]> {
    try {
      const deferred = await runDeferredTriggers(this.#server)
      return await this.#server.unswayed(() => this.#problems(held, deferred, captured))
    } catch (error) {
      if (isConnectionLoss(error)) {
        throw this.#refused([problemOfObjection({ message: lost(error), help: again })], error)
      }
      const failure = failures.at(-1)
      if (failure === undefined) throw error
      const swallowed = `it failed, the migration went on, and the transaction is lost: ${messageOf(failure.error)}`
      throw this.#refused([problemOfFailure(failure, swallowed, inSavepoint)], error)
    }
  }

  async #problems(
    { session, verification, written }: Held,
    deferred: Objection | null,
    captured: readonly CapturedStatement[],
  ): Promise<Problem[]> {
    const objections = [...(deferred === null ? [] : [deferred]), ...(await session.objections())]
    if (objections.length > 0) return objections.map(problemOfObjection)
    const tables = (await written?.since(this.#server)) ?? []
    const errors = await verification.newErrors(true)
    const strangers = this.#run.mayChangeContext ? [] : await verification.strangersInContext(true)
    const settings = await verification.grantedSettings()
    const elsewhere = await session.madeElsewhere(errors.flatMap(({ found }) => found.relation ?? []))
    return [
      ...tables.map((table) => problemOfRows(table, captured)),
      ...settings.map(problemOfSetting),
      ...strangers.map((routine) => problemOfContext(routine, captured)),
      ...errors.map((defect) =>
        elsewhere.has(defect.found.relation ?? '')
          ? problemElsewhere(defect)
          : problemOfDefect(defect, captured),
      ),
    ]
  }

  #failed(error: unknown, gate: StatementGate): unknown {
    const failure = gate.failures.find((known) => known.error === error)
    if (failure === undefined) return error
    if (isConnectionLoss(error)) return this.#refused([problemOfFailure(failure, lost(error), again)], error)
    if (!hidesRows(error)) return error
    return this.#refused([problemOfFailure(failure, messageOf(error), forced)], error)
  }

  #refused(problems: readonly Problem[], cause?: unknown, kept: string | null = null): MigrationRefused {
    const { name, direction } = this.#run
    return new MigrationRefused(name, direction, problems, { kept, cause })
  }
}

function lost(error: unknown): string {
  return `the connection to the server was lost: ${messageOf(error)}`
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

const again = 'Run the migrator again: the server rolls back what was not committed.'

const inSavepoint =
  'Let the error end the migration, or put a savepoint before what may fail and roll back to it.'

const forced =
  'Row security is forced for the owner too, and would leave rows out without a word: use withForceSuspended(db, table, ...).'
