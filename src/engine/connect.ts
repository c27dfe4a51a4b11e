import type { ClientConfig } from 'pg'
import { connectionFailure, isConnectionLoss, serverGone } from './connection-failure.ts'
import type { ConnectOptions, EngineConnection } from './engine.ts'

const connectTimeout = 10_000

/** Opens a connection. Rejects with an `InputError` that names the server and never the password. */
export async function connect(
  target: ClientConfig,
  place: string,
  options: ConnectOptions = {},
): Promise<EngineConnection> {
  const { Client } = (await import('pg')).default
  const client = new Client({
    connectionTimeoutMillis: connectTimeout,
    ...target,
    ...(options.user === undefined ? {} : { user: options.user }),
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => undefined)
    throw connectionFailure(error, place)
  }
  const connection: EngineConnection = {
    query: async (text, values) => {
      try {
        const result = await (values === undefined ? client.query(text) : client.query(text, [...values]))
        const last = Array.isArray(result) ? result.at(-1) : result
        return last?.rows ?? []
      } catch (error) {
        throw isConnectionLoss(error) ? serverGone(place, error) : error
      }
    },
    close: () => client.end(),
  }
  try {
    await applySettings(connection, options.settings ?? {})
  } catch (error) {
    await client.end()
    throw error
  }
  return connection
}

async function applySettings(
  connection: EngineConnection,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    await connection.query('select pg_catalog.set_config($1, $2, false)', [name, value])
  }
}
