import { randomBytes } from 'node:crypto'
import { accessSync, constants, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../findings/input-error.ts'
import { clearAway } from './clear-away.ts'
import { isReachable, type ServerUser } from './server-user.ts'
import { nodeModules } from './supervisor.ts'

const prefix = 'ringfence-server-'
const longestSocketPath = 103
const unclaimedMilliseconds = 60_000
const answerMilliseconds = 1_000

/**
 * The folders that can hold the directory of a server, best first: the preferred one, the temporary folder, and those
 * that every system has. Left out are those closed to the user of the server, or too long for the path of a socket.
 */
export function serverFolders(preferred: string | undefined, user: ServerUser | null): readonly string[] {
  const tried = [preferred ?? tmpdir(), tmpdir(), '/tmp', '/var/tmp']
  const usable = tried.filter((folder) => isUsable(folder, user)).map((folder) => realpathSync(folder))
  if (usable.length > 0) return [...new Set(usable)]
  throw new InputError(
    `the embedded PostgreSQL has no folder to work in: tried ${[...new Set(tried)].join(', ')}`,
    { hint: 'Set TMPDIR to a folder with a short path that every user may enter.' },
  )
}

/** A path for the directory of one server. */
export function newServerDirectory(folder: string): string {
  return join(folder, `${prefix}${randomBytes(6).toString('hex')}`)
}

/**
 * Clears away what crashes have left in a folder: directories of servers that nobody claims any more, because their
 * supervisor was killed as well. Directories of other users stay.
 */
export async function sweep(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue
    const directory = join(folder, name)
    if (await isLeftover(directory)) await clearAway(nodeModules, directory)
  }
}

async function isLeftover(directory: string): Promise<boolean> {
  const entry = lstatSync(directory, { throwIfNoEntry: false })
  if (entry === undefined || !entry.isDirectory() || entry.uid !== process.getuid?.()) return false
  const answer = await answerAt(join(directory, 'alive'))
  if (answer === 'ENOENT') return Date.now() - entry.mtimeMs > unclaimedMilliseconds
  return ['ECONNREFUSED', 'ECONNRESET', 'closed'].includes(answer)
}

/**
 * What a supervisor says, or why there is none. One that was killed still accepts connections for a moment, until the
 * last of its threads has ended, and then drops them; one that is stopped says nothing.
 */
async function answerAt(path: string): Promise<string> {
  const socket = connect(path)
  try {
    return await new Promise<string>((resolve) => {
      socket.on('data', (said) => resolve(String(said)))
      socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
      socket.on('close', () => resolve('closed'))
      socket.setTimeout(answerMilliseconds, () => resolve('silent'))
    })
  } finally {
    socket.destroy()
  }
}

function isUsable(folder: string, user: ServerUser | null): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch {
    return false
  }
  const socket = join(newServerDirectory(realpathSync(folder)), 'data', '.s.PGSQL.5432')
  return Buffer.byteLength(socket) <= longestSocketPath && (user === null || isReachable(folder, user))
}
