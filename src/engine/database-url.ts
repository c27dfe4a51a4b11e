import { InputError } from '../findings/input-error.ts'
import { connectTimeoutMilliseconds, type Target } from './connect.ts'
import { encryptionOf } from './encryption.ts'
import { isSocketFolder } from './server-address.ts'

/**
 * The database that a URL names, as psql reads it: what it leaves out is taken from PGHOST, PGPORT, PGUSER, PGDATABASE
 * and PGSSLMODE, and from ~/.pgpass. What psql doesn't know, and other tools write there, means nothing.
 */
export async function readUrl(url: string): Promise<Target> {
  const { user, password, host, port, database, query } = partsOf(url.trim())
  const { PGHOST, PGPORT, PGUSER, PGDATABASE, PGSERVICE, USER } = process.env
  const named = query.get('host') || host
  refuseService(query.get('service') || (named === '' ? PGSERVICE : undefined))
  const role = query.get('user') || user || PGUSER || USER || 'postgres'
  const secret = query.get('password') || password
  const target = {
    host: named || PGHOST || 'localhost',
    port: portOf(query.get('port') || port || PGPORT || '5432'),
    user: role,
    ...(secret === '' ? {} : { password: secret }),
    database: query.get('dbname') || database || PGDATABASE || role,
    connectionTimeoutMillis: timeoutOf(query.get('connect_timeout')),
    ...handedOn(query),
  }
  return { ...target, ssl: isSocketFolder(target.host) ? false : await encryptionOf(query, target) }
}

interface Parts {
  readonly user: string
  readonly password: string
  readonly host: string
  readonly port: string
  readonly database: string
  readonly query: ReadonlyMap<string, string>
}

/**
 * The parts, decoded. With an unescaped `/`, `?` or `#` in the password they can't be told apart: a part of it would be
 * taken for the port or the database, and shown.
 */
function partsOf(url: string): Parts {
  const [, authority, path = '', query = ''] =
    /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#@]*))?(?:\?([^#@]*))?$/s.exec(url) ?? []
  const [, login = '', host, port = ''] =
    /^(?:(.*)@)?([\w.%-]*|\[[\da-f:.]+\])(?::(\d*))?$/is.exec(authority ?? '@@') ?? []
  if (authority === undefined || host === undefined) throw unreadable()
  const [user = '', ...password] = login.split(':')
  return {
    user: decoded(user),
    password: decoded(password.join(':')),
    host: decoded(host.replace(/^\[|\]$/g, '')),
    port,
    database: decoded(path),
    query: new Map(query.split('&').map(parameter)),
  }
}

function handedOn(query: ReadonlyMap<string, string>): Partial<Target> {
  const [options, name] = [query.get('options'), query.get('application_name')]
  return {
    ...(options === undefined ? {} : { options }),
    ...(name === undefined ? {} : { application_name: name }),
    ...(query.get('sslnegotiation') === 'direct' ? { sslnegotiation: 'direct' } : {}),
  }
}

function parameter(text: string): [string, string] {
  const [name = '', ...value] = text.split('=')
  return [decoded(name), decoded(value.join('='))]
}

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text)
    if (!plain.includes('\0')) return plain
  } catch (error) {
    if (!(error instanceof URIError)) throw error
  }
  throw unreadable()
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port > 0 && port < 65_536) return port
  throw new InputError('the port of the database is no number from 1 to 65535', {
    hint: 'It stands in the URL, else in PGPORT.',
  })
}

const longestTimerMilliseconds = 2 ** 31 - 1

/** None at all where it is 0. */
function timeoutOf(seconds: string | undefined): number {
  if (seconds === undefined) return connectTimeoutMilliseconds
  if (/^\d+$/.test(seconds)) return Math.min(Number(seconds) * 1_000, longestTimerMilliseconds)
  throw new InputError('connect_timeout of the database URL is no number of seconds')
}

function refuseService(name = ''): void {
  if (name === '') return
  throw new InputError(`service files are not read, and the database is named by its service "${name}"`, {
    hint: 'Write its host, port, user and database into the URL; a password may stay in ~/.pgpass or PGPASSWORD.',
  })
}

/** Never with the URL, which may hold a password. */
function unreadable(): InputError {
  return new InputError("the database URL can't be read", {
    hint: 'It looks like postgresql://user:password@host:5432/database, with %40 for an @ in the password, %25 for a %.',
  })
}
