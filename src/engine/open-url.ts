import { InputError } from '../findings/input-error.ts'
import { connectTimeoutMilliseconds, type Target } from './connect.ts'
import type { Engine } from './engine.ts'
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

async function readUrl(url: string): Promise<Target> {
  if (!isWellFormed(url)) throw unreadable()
  const { parse, toClientConfig } = (await import('pg-connection-string')).default
  try {
    const { connect_timeout: seconds, ...options } = parse(url, { useLibpqCompat: true })
    const config = toClientConfig(options)
    const user = config.user || process.env.PGUSER || process.env.USER || 'postgres'
    return {
      ...config,
      host: config.host || process.env.PGHOST || 'localhost',
      port: config.port ?? Number(process.env.PGPORT ?? '5432'),
      user,
      database: config.database || process.env.PGDATABASE || user,
      connectionTimeoutMillis:
        typeof seconds === 'string' ? Number(seconds) * 1_000 : connectTimeoutMilliseconds,
    }
  } catch (error) {
    if (error instanceof Error && 'path' in error) {
      throw new InputError(`a file that the database URL names can't be read: ${error.path}`)
    }
    throw unreadable()
  }
}

/**
 * Whether its parts can be told apart. With an unescaped `/`, `?` or `#` in the password they can't: a part of it would
 * be taken for the port or the database, and shown.
 */
function isWellFormed(url: string): boolean {
  const [, authority, rest] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(url) ?? []
  if (authority === undefined || rest === undefined || /[@#]/.test(rest)) return false
  return /^([^@]*@)*([\w.%-]*|\[[\da-f:.]+\])(:\d+)?$/i.test(authority)
}

/** Never with the URL, which may hold a password, nor with what the driver says of it. */
function unreadable(): InputError {
  return new InputError("the database URL can't be read", {
    hint: 'It looks like postgresql://user:password@host:5432/database, with %40 for an @ in the password.',
  })
}
