import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs'
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

/**
 * A path for the directory of a new server: in the temporary folder, or where that is closed to the user of the server
 * or too long for the path of a socket, in one that every system has.
 */
export function newServerDirectory(user: ServerUser | null): string {
  const name = `${prefix}${randomBytes(6).toString('hex')}`
  const folders = [tmpdir(), '/tmp', '/var/tmp']
  for (const folder of folders) {
    if (!isWritable(folder)) continue
    const directory = join(realpathSync(folder), name)
    const socket = join(directory, 'data', '.s.PGSQL.5432')
    if (Buffer.byteLength(socket) > longestSocketPath) continue
    if (user === null || isReachable(folder, user)) return directory
  }
  throw new InputError(`the embedded PostgreSQL has no folder to work in: tried ${folders.join(', ')}`, {
    hint: 'Set TMPDIR to a folder with a short path that every user may enter.',
  })
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
  const code = await new Promise<string>((resolve) => {
    const socket = connect(join(directory, 'alive'), () => {
      socket.destroy()
      resolve('claimed')
    })
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  })
  if (code === 'ECONNREFUSED') return true
  return code === 'ENOENT' && Date.now() - entry.mtimeMs > unclaimedMilliseconds
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return existsSync(folder)
  } catch {
    return false
  }
}
