import type { ChildProcess } from 'node:child_process'

/** The modules of Node that the supervisor works with. */
export interface NodeModules {
  readonly fs: typeof import('node:fs')
  readonly net: typeof import('node:net')
  readonly path: typeof import('node:path')
  readonly childProcess: typeof import('node:child_process')
}

/** What the supervisor is told to start, as one line on its stdin. */
export interface StartOrder {
  readonly initdb: string
  readonly initdbArguments: readonly string[]
  readonly postgres: string
  readonly postgresArguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The user that the server runs as; null for our own. */
  readonly user: { readonly uid: number; readonly gid: number } | null
}

/** What the supervisor says, one line each on its stdout. */
export type Report =
  | { readonly state: 'guarding' }
  | { readonly state: 'running'; readonly pid: number }
  | {
      readonly state: 'failed'
      readonly step: 'directory' | 'initdb' | 'postgres'
      readonly code: string
      readonly output: string
    }

/**
 * Runs in a process of its own (`node --eval`), so that a server never outlives the process that asked for it: when
 * stdin ends, by `stop` or because the other side died, the server is killed and its directory removed.
 *
 * The directory belongs to a running supervisor as long as somebody listens at `alive` in it. Directories beside it
 * where nobody listens any more are leftovers of a crash that took the supervisor too, and are cleared away.
 *
 * The text of this function is what runs there: it may use nothing but its parameters.
 */
export function supervise({ fs, net, path, childProcess }: NodeModules, directory: string): void {
  const graceMilliseconds = 5_000
  const unclaimedMilliseconds = 60_000
  const data = path.join(directory, 'data')
  let child: ChildProcess | null = null
  let server = false
  let ending = false

  const report = (said: Report) => process.stdout.write(`${JSON.stringify(said)}\n`)

  process.title = 'ringfence-server'
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
  process.stdout.on('error', end)
  process.stdin.on('error', end)

  try {
    fs.mkdirSync(directory, { mode: 0o711 })
    fs.chmodSync(directory, 0o711)
  } catch (error) {
    report({ state: 'failed', step: 'directory', code: codeOf(error), output: '' })
    process.exit(1)
  }
  net
    .createServer((socket) => socket.destroy())
    .listen(path.join(directory, 'alive'), () => {
      report({ state: 'guarding' })
      sweep()
    })

  let order = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text: string) => {
    order += text
    if (order.endsWith('\n')) initialise(JSON.parse(order))
  })
  process.stdin.on('end', end)

  function initialise(start: StartOrder): void {
    if (ending) return
    fs.mkdirSync(data, { mode: 0o700 })
    if (start.user !== null) fs.chownSync(data, start.user.uid, start.user.gid)
    run('initdb', start, start.initdb, start.initdbArguments, () => serve(start))
  }

  function serve(start: StartOrder): void {
    server = true
    run('postgres', start, start.postgres, start.postgresArguments, null)
    awaitReadiness()
  }

  function run(
    step: 'initdb' | 'postgres',
    { user, environment }: StartOrder,
    file: string,
    parameters: readonly string[],
    next: (() => void) | null,
  ): void {
    let output = ''
    child = childProcess.spawn(file, parameters, {
      cwd: data,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user ?? {}),
    })
    const keep = (text: Buffer) => {
      output = (output + text).slice(-4_000)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('error', (error) => {
      report({ state: 'failed', step, code: codeOf(error), output })
      child = null
      end()
    })
    child.on('close', (code, signal) => {
      child = null
      if (ending) remove()
      else if (code === 0 && next !== null) next()
      else {
        report({ state: 'failed', step, code: signal ?? String(code), output })
        end()
      }
    })
  }

  function awaitReadiness(): void {
    if (ending || child === null) return
    let line = ''
    try {
      line = fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[7] ?? ''
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    if (line.trim() === 'ready') report({ state: 'running', pid: child.pid ?? 0 })
    else setTimeout(awaitReadiness, 5)
  }

  function end(): void {
    if (ending) return
    ending = true
    if (child?.pid === undefined) {
      remove()
      return
    }
    if (server) child.kill('SIGQUIT')
    else process.kill(-child.pid, 'SIGKILL')
    setTimeout(() => killResidents(directory), graceMilliseconds).unref()
  }

  function remove(): void {
    killResidents(directory)
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    process.exit(0)
  }

  /** Kills what still works in a data directory; only Linux tells what does. */
  function killResidents(place: string): void {
    const home = path.join(place, 'data')
    for (const name of fs.existsSync('/proc/self/cwd') ? fs.readdirSync('/proc') : []) {
      if (!/^\d+$/.test(name)) continue
      try {
        if (fs.readlinkSync(`/proc/${name}/cwd`) === home) process.kill(Number(name), 'SIGKILL')
      } catch {
        // It ended meanwhile, or is not ours: neither is one of the server's.
      }
    }
  }

  function sweep(): void {
    const parent = path.dirname(directory)
    for (const name of fs.readdirSync(parent)) {
      const place = path.join(parent, name)
      if (!name.startsWith('ringfence-server-') || place === directory) continue
      const entry = fs.lstatSync(place, { throwIfNoEntry: false })
      if (entry === undefined || !entry.isDirectory() || entry.uid !== process.getuid?.()) continue
      const socket = net.connect(path.join(place, 'alive'), () => socket.destroy())
      socket.on('error', (error) => {
        const code = codeOf(error)
        const unclaimed = code === 'ENOENT' && Date.now() - entry.mtimeMs > unclaimedMilliseconds
        if (code !== 'ECONNREFUSED' && !unclaimed) return
        killResidents(place)
        fs.rmSync(place, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
      })
    }
  }

  function codeOf(error: unknown): string {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
