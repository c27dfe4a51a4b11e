import type { CompiledQuery, ConnectionProvider, DatabaseConnection, Kysely, QueryResult } from 'kysely'
import { PostgresIntrospector } from 'kysely'
import { traceHere } from './call-site.ts'
import type { Objection } from './objections.ts'
import type { StatementGate } from './statement-gate.ts'

/**
 * The handle that a migration is given: of the same class, with the same plugins and the same dialect as the one that the
 * migrator has, but all that it sends goes through the gate.
 */
export function guardedHandle<Tables>(db: Kysely<Tables>, gate: StatementGate): Kysely<Tables> {
  const driver = new Proxy({}, { get: (_, key) => refusingMethod(gate, String(key)) })
  const executor = db.getExecutor().withConnectionProvider(new GatedConnections(gate))
  const dialect = {
    createAdapter: () => db.getExecutor().adapter,
    createDriver: () => driver,
    createIntrospector: (handle: Kysely<Tables>) => new PostgresIntrospector(handle),
    createQueryCompiler: () => db.getExecutor(),
  }
  const connection = { release: refusingMethod(gate, 'release') }
  const state = { isCommitted: false, isRolledBack: false }
  const handle: unknown = Reflect.construct(db.constructor, [
    { config: { dialect }, driver, dialect, executor, connection, state },
  ])
  if (!isHandleLike(handle, db))
    throw new Error('this version of Kysely makes handles in a way that is not known')
  return handle
}

function isHandleLike<Tables>(handle: unknown, db: Kysely<Tables>): handle is Kysely<Tables> {
  return handle instanceof db.constructor
}

/** Only transactions and `destroy` ask a driver for anything. */
function refusingMethod(gate: StatementGate, method: string): () => never {
  return () => gate.refuse(method, ofMigrator, traceHere())
}

const ofMigrator: Objection = {
  message: 'it would end or begin a transaction of its own, or close the connection',
  help: 'Use the handle as it is: the migrator begins and commits.',
}

class GatedConnections implements ConnectionProvider {
  readonly #gate: StatementGate

  constructor(gate: StatementGate) {
    this.#gate = gate
  }

  async provideConnection<Result>(
    consumer: (connection: DatabaseConnection) => Promise<Result>,
  ): Promise<Result> {
    return await consumer(new GatedConnection(this.#gate, traceHere()))
  }
}

class GatedConnection implements DatabaseConnection {
  readonly #gate: StatementGate
  readonly #caller: Error

  constructor(gate: StatementGate, caller: Error) {
    this.#gate = gate
    this.#caller = caller
  }

  executeQuery<Row>(query: CompiledQuery, ...rest: readonly unknown[]): Promise<QueryResult<Row>> {
    return this.#gate.execute<Row>(query, rest, this.#caller)
  }

  streamQuery<Row>(
    query: CompiledQuery,
    ...rest: readonly unknown[]
  ): AsyncIterableIterator<QueryResult<Row>> {
    return this.#gate.stream<Row>(query, rest, this.#caller)
  }
}
