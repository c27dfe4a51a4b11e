import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The user that a server runs as where we are root, whom PostgreSQL refuses. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** `postgres`, else `nobody`; null where the server can run as we do. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const accounts = lines.map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name)
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) }
  }
  return { uid: 65534, gid: 65534 }
}

/** Whether the user may run or read what is at the path: every folder above it is open to them, and so is it. */
export function isReachable(path: string, user: ServerUser): boolean {
  let at = realpathSync(path)
  for (;;) {
    const { mode, uid, gid } = statSync(at)
    const execute = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & execute) === 0) return false
    if (dirname(at) === at) return true
    at = dirname(at)
  }
}
