import type { CompiledQuery, QueryResult } from 'kysely'
import { parseStatements } from '../../sql/parse.ts'
import { type CallSite, callSiteOf, traceHere } from './call-site.ts'
import { CapturedStatement } from './captured-statement.ts'
import { type Circumstances, type Objection, objectionTo } from './objections.ts'
import type { ServerConnection } from './server-connection.ts'
import { StatementRefused } from './statement-refused.ts'

/** A statement that was not sent, or that nobody waited for. */
export interface Refusal extends Objection {
  readonly text: string
  readonly at: CallSite | null
}

/** A statement that the server did not take. */
export interface Failure {
  readonly error: unknown
  readonly text: string
  readonly at: CallSite | null
}

/** What is done before statements are sent. */
export type Prepare = (captured: readonly CapturedStatement[]) => Promise<void>

/** How the statements of a migration that passed are sent. */
export type Send = <Row>(
  captured: readonly CapturedStatement[],
  send: () => Promise<QueryResult<Row>>,
) => Promise<QueryResult<Row>>

/**
 * What all statements of one migration go through, in one direction: each is read before it is sent, and noted with its
 * caller. Once sealed, nothing passes any more.
 */
export class StatementGate {
  readonly captured: CapturedStatement[] = []
  readonly refusals: Refusal[] = []
  readonly failures: Failure[] = []
  readonly #server: ServerConnection
  readonly #circumstances: Circumstances
  readonly #prepare: Prepare
  readonly #send: Send
  readonly #running = new Map<Promise<unknown>, { readonly text: string; readonly trace: Error }>()
  /** Ends those that are not at their end: nobody asks for more of a stream that was left. */
  readonly #streams = new Set<() => Promise<unknown>>()
  #previous: Promise<unknown> = Promise.resolve()
  #isSealed = false

  constructor(server: ServerConnection, circumstances: Circumstances, prepare: Prepare, send: Send) {
    this.#server = server
    this.#circumstances = circumstances
    this.#prepare = prepare
    this.#send = send
  }

  /** Lets nothing pass from now on, and waits for what is under way, which counts as refused: nobody waited for it. */
  async seal(): Promise<void> {
    this.#isSealed = true
    for (const { text, trace } of this.#running.values()) {
      this.refusals.push({ ...notAwaited, text, at: callSiteOf(trace) })
    }
    await Promise.allSettled([...this.#streams].map((close) => close()))
    await Promise.allSettled(this.#running.keys())
  }

  execute<Row>(given: CompiledQuery, rest: readonly unknown[], caller: Error): Promise<QueryResult<Row>> {
    const trace = traceHere(caller)
    const query = this.#fixed(given, trace)
    return this.#track(query.sql, trace, () =>
      this.#inTurn(async () => {
        const captured = await this.#admit(query, trace)
        await this.#prepare(captured)
        return await this.#send(captured, () => this.#server.execute<Row>(query, ...rest))
      }),
    )
  }

  async *stream<Row>(
    given: CompiledQuery,
    rest: readonly unknown[],
    caller: Error,
  ): AsyncIterableIterator<QueryResult<Row>> {
    const trace = traceHere(caller)
    const query = this.#fixed(given, trace)
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const done = this.#track(query.sql, trace, () =>
      this.#inTurn(() => {
        begin()
        return ended
      }),
    )
    let rows: AsyncIterableIterator<QueryResult<Row>> | null = null
    const close = async () => {
      end()
      await rows?.return?.()
    }
    this.#streams.add(close)
    try {
      await begun
      if (this.#circumstances.isAlone) this.refuse(query.sql, streamed, trace)
      const captured = await this.#admit(query, trace)
      await this.#prepare(captured)
      rows = this.#server.stream<Row>(query, ...rest)
      for await (const result of rows) {
        this.#assertOpen(query.sql, trace)
        yield result
      }
    } catch (error) {
      this.#noteFailure(error, query.sql, trace)
      throw error
    } finally {
      this.#streams.delete(close)
      end()
      await done
    }
  }

  /** Refuses what a migration asks of its handle and no handle does. */
  refuse(text: string, objection: Objection, trace: Error): never {
    const refusal = { ...objection, text, at: callSiteOf(trace) }
    this.refusals.push(refusal)
    throw new StatementRefused(refusal)
  }

  /** One statement at a time: what is read before one must not see another at work. */
  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const answer = this.#previous.then(run, run)
    this.#previous = answer
    return answer
  }

  /** What is read is what is sent, however often the object that was given is asked for its text. */
  #fixed(given: CompiledQuery, trace: Error): CompiledQuery {
    const { query, queryId, sql: text, parameters } = given
    if (typeof text !== 'string') this.refuse(typeof text, notText, trace)
    return Object.freeze({ query, queryId, sql: text, parameters: Object.freeze([...parameters]) })
  }

  async #track<Result>(text: string, trace: Error, run: () => Promise<Result>): Promise<Result> {
    const running = run()
    this.#running.set(running, { text, trace })
    try {
      return await running
    } catch (error) {
      this.#noteFailure(error, text, trace)
      throw error
    } finally {
      this.#running.delete(running)
    }
  }

  #noteFailure(error: unknown, text: string, trace: Error): void {
    if (error instanceof StatementRefused || this.failures.some((known) => known.error === error)) return
    this.failures.push({ error, text, at: callSiteOf(trace) })
  }

  async #admit(query: CompiledQuery, trace: Error): Promise<readonly CapturedStatement[]> {
    const text = query.sql
    this.#assertOpen(text, trace)
    const captured: CapturedStatement[] = []
    for (const statement of parseStatements(text)) {
      const own = text.slice(statement.start, statement.end)
      const objection = objectionTo(statement, this.#circumstances)
      if (objection !== null) this.refuse(own, objection, trace)
      if ('node' in statement) captured.push(new CapturedStatement(own, statement.node, trace))
    }
    await this.#assertReadAlike(text, trace)
    this.#assertOpen(text, trace)
    this.captured.push(...captured)
    return captured
  }

  /** Where strings can be read in two ways, the server must read them as they were read here. */
  async #assertReadAlike(text: string, trace: Error): Promise<void> {
    if (isUnambiguous(text)) return
    const [settings] = await this.#server.query<{ strings: string; encoding: string }>(
      `select pg_catalog.current_setting('standard_conforming_strings') as strings,
        pg_catalog.current_setting('client_encoding') as encoding`,
    )
    if (settings?.strings === 'on' && settings.encoding === 'UTF8') return
    this.refuse(text, readOtherwise, trace)
  }

  #assertOpen(text: string, trace: Error): void {
    if (this.#isSealed) this.refuse(text, afterEnd, trace)
  }
}

/** Only ASCII without backslashes: no setting changes how it is read. */
function isUnambiguous(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 126 || code === 92) return false
  }
  return true
}

const notAwaited: Objection = {
  message: 'the migration ended without waiting for it',
  help: 'Put await before it.',
}

const afterEnd: Objection = {
  message: 'it came after the migration had ended',
  help: 'Put await before what sends it, so that the migration ends when all of it is done.',
}

const streamed: Objection = {
  message: 'without a transaction nothing is streamed',
  help: 'Execute it, or stream in a migration with a transaction.',
}

const notText: Objection = {
  message: 'its SQL is no string',
  help: 'Send what Kysely compiled, or CompiledQuery.raw of a string.',
}

const readOtherwise: Objection = {
  message:
    'standard_conforming_strings or client_encoding was changed, so that the server would read it otherwise',
  help: 'Leave both as they were.',
}
