import { Socket } from 'node:net'
import { Client } from 'pg'
import { serialize } from 'pg-protocol'
import type { Database } from '../src/engine/engine.ts'

const readyForQuery = 'Z'.charCodeAt(0)
const errorResponse = 'E'.charCodeAt(0)

/**
 * A connection that sends many executions of one prepared statement at once and waits for the last answer, as PostgreSQL's protocol allows.
 * Answers are counted and not read, so the time is the server's and that of the socket.
 */
export class Pipeline {
  readonly #client: Client
  readonly #socket: Socket

  private constructor(client: Client, socket: Socket) {
    this.#client = client
    this.#socket = socket
  }

  static async open(database: Database): Promise<Pipeline> {
    const socket = new Socket()
    const client = new Client({ connectionString: database.url, stream: () => socket })
    await client.connect()
    return new Pipeline(client, socket)
  }

  async run(text: string): Promise<void> {
    await this.#client.query(text)
  }

  /** The first column of a result. */
  async column(text: string): Promise<string[]> {
    const { rows } = await this.#client.query<string[]>({ text, rowMode: 'array' })
    return rows.map(([value]) => value ?? '')
  }

  async prepare(text: string): Promise<void> {
    await this.#exchange([
      serialize.close({ type: 'S' }),
      serialize.parse({ text, name: '', types: [] }),
      serialize.sync(),
    ])
  }

  /** Microseconds from the first byte that is sent to the last answer. */
  async execute(values: readonly (readonly string[])[]): Promise<number> {
    const each = values.flatMap((row) => [serialize.bind({ values: [...row] }), serialize.execute({})])
    return await this.#exchange([...each, serialize.sync()])
  }

  async close(): Promise<void> {
    await this.#client.end()
  }

  /** Sends messages past the driver, and takes the microseconds until the server is ready for more. */
  async #exchange(messages: readonly Uint8Array[]): Promise<number> {
    const socket = this.#socket
    const drivers = socket.listeners('data') as ((chunk: Buffer) => void)[]
    socket.removeAllListeners('data')
    try {
      return await new Promise<number>((resolve, reject) => {
        let rest: Buffer = Buffer.alloc(0)
        let failure: string | null = null
        socket.on('data', (chunk: Buffer) => {
          rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
          let at = 0
          while (rest.length >= at + 5) {
            const end = at + 1 + rest.readInt32BE(at + 1)
            if (rest.length < end) break
            if (rest[at] === errorResponse) failure ??= rest.toString('utf8', at + 5, end)
            if (rest[at] === readyForQuery) {
              const microseconds = Number(process.hrtime.bigint() - began) / 1e3
              if (failure === null) resolve(microseconds)
              else reject(new Error(failure))
            }
            at = end
          }
          rest = rest.subarray(at)
        })
        const began = process.hrtime.bigint()
        socket.write(Buffer.concat(messages))
      })
    } finally {
      socket.removeAllListeners('data')
      for (const driver of drivers) socket.on('data', driver)
    }
  }
}
