import type { MessagePort } from 'node:worker_threads'
import type { CompiledQuery, DatabaseConnection, KyselyPlugin, QueryResult } from 'kysely'
import type { Answer, Reply } from './collector-protocol.ts'
import type { KyselyModule, RunnableMigration } from './load-migration.ts'
import { runUp } from './run-up.ts'
import { unknownCount } from './unknown-rows.ts'

/** Runs `up` with the server that the other side of the port asks. */
export async function liveRun(
  { kysely, migration }: { readonly kysely: KyselyModule; readonly migration: RunnableMigration },
  plugins: readonly KyselyPlugin[],
  port: MessagePort,
): Promise<void> {
  await runUp(kysely, migration, { connection: new AskingConnection(port), plugins })
}

class AskingConnection implements DatabaseConnection {
  readonly #port: MessagePort
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #last = 0

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply)
      this.#waiting.delete(reply.id)
    })
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    this.#last += 1
    const query: Answer = { kind: 'query', id: this.#last, sql, values: parameters }
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(this.#last, resolve)
      this.#port.postMessage(query)
    })
    if ('error' in reply) throw Object.assign(new Error(reply.error.message), { code: reply.error.code })
    return { rows: reply.rows as Row[], numAffectedRows: unknownCount(refuseCount) }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }
}

function refuseCount(): never {
  throw new Error('how many rows a statement touched is not told here')
}
