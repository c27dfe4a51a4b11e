import type { Target } from './connect.ts'

/** The URL of a database; with its password only where the server is a throwaway of our own. */
export function urlOf({ host, port, user, database, password }: Target, owned: boolean): string {
  const path = encodeURIComponent(database)
  if (isSocketFolder(host)) {
    return `postgresql:///${path}?${new URLSearchParams({ user, host, port: `${port}` })}`
  }
  const secret = owned && typeof password === 'string' ? `:${encodeURIComponent(password)}` : ''
  return `postgresql://${encodeURIComponent(user)}${secret}@${hostAndPort(host, port)}/${path}`
}

/** What messages call the server. */
export function placeOf({ host, port }: Target): string {
  return isSocketFolder(host) ? `${host}/.s.PGSQL.${port}` : hostAndPort(host, port)
}

/** A host that is a path stands for a socket in that folder. */
export function isSocketFolder(host: string): boolean {
  return host.startsWith('/')
}

function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
