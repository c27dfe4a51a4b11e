import type { Target } from './connect.ts'

/** The URL of a database without its password: for messages, and for tools that ask for the password themselves. */
export function addressOf({ host, port, user, database }: Target): string {
  const path = encodeURIComponent(database)
  if (isSocketFolder(host))
    return `postgresql:///${path}?${new URLSearchParams({ user, host, port: `${port}` })}`
  return `postgresql://${encodeURIComponent(user)}@${hostAndPort(host, port)}/${path}`
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
