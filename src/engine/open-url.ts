import { connect } from './connect.ts'
import { readUrl } from './database-url.ts'
import type { Engine, EngineConnection } from './engine.ts'
import { engineOf } from './server.ts'
import { placeOf } from './server-address.ts'

/**
 * The server of a URL, which is somebody's: it is not stopped, and what is dropped is only what was made through the
 * engine. The query of the URL means what it means to psql (`sslmode`, `sslrootcert`, `host`, `connect_timeout`).
 */
export async function openUrl(url: string): Promise<Engine> {
  const target = await readUrl(url)
  return await engineOf({
    kind: 'url',
    target,
    place: placeOf(target),
    owned: false,
    stop: async () => undefined,
  })
}

/** One connection to the database of a URL, for whoever only reads it: a pooler may have no second one. */
export async function connectUrl(url: string): Promise<EngineConnection> {
  const target = await readUrl(url)
  return await connect(target, placeOf(target))
}
