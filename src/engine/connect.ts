import { Socket } from 'node:net'
import type { ClientConfig } from 'pg'
import { connectionFailure, isConnectionLoss, serverGone } from './connection-failure.ts'
import type { ConnectOptions, EngineConnection } from './engine.ts'

/** One database of a server, as the driver wants it. */
export interface Target extends ClientConfig {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

export const connectTimeoutMilliseconds = 10_000

/**
 * Opens a connection. Rejects with an `InputError` that names the `place` and never a password, and so does a query
 * whose connection breaks; a statement that the server refuses rejects with the error of the driver.
 */
export async function connect(
  target: Target,
  place: string,
  options: ConnectOptions = {},
): Promise<EngineConnection> {
  const { Client } = (await import('pg')).default
  const config: Target = {
    connectionTimeoutMillis: connectTimeoutMilliseconds,
    ...target,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.password === undefined ? {} : { password: options.password }),
    client_encoding: 'UTF8',
  }
  const socket = new Socket()
  const client = new Client({ ...config, stream: () => socket })
  let lastWord: Error | null = null
  client.on('error', (error) => {
    lastWord ??= error // The query that needs the connection rejects with it.
  })
  try {
    await client.connect()
  } catch (error) {
    socket.destroy() // The driver leaves it open where it is the one to give up.
    throw await connectionFailure(error, config, place)
  }
  let previous: Promise<unknown> = Promise.resolve()
  const connection: EngineConnection = {
    query: (text, values) => {
      const ask = async () => {
        const result = await client.query(text, values === undefined ? undefined : [...values])
        return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? []
      }
      const answer = previous.then(ask, ask).catch((error: unknown) => {
        throw isConnectionLoss(error) ? serverGone(place, lastWord ?? error) : error
      })
      previous = answer
      return answer
    },
    close: () => client.end(),
  }
  try {
    for (const [name, value] of Object.entries(options.settings ?? {})) {
      await connection.query('select pg_catalog.set_config($1, $2, false)', [name, value])
    }
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}
