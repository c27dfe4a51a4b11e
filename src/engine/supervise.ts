import type { ChildProcess } from 'node:child_process'
import type { clearAway as ClearAway, NodeModules } from './clear-away.ts'

/** What the supervisor is told to start, as one line on its stdin. */
export interface StartOrder {
  readonly initdb: Command
  /** Locales to try in turn: not every system has each. */
  readonly locales: readonly string[]
  readonly postgres: Command
  readonly environment: Readonly<Record<string, string>>
  /** The user that the server runs as; null for our own. */
  readonly user: { readonly uid: number; readonly gid: number } | null
}

export interface Command {
  readonly file: string
  readonly arguments: readonly string[]
}

/** What the supervisor says, one line each on its stdout. */
export type Report =
  | { readonly state: 'guarding' }
  | { readonly state: 'running'; readonly pid: number }
  | { readonly state: 'failed'; readonly step: Step; readonly code: string; readonly output: string }

export type Step = 'directory' | 'initdb' | 'postgres'

/**
 * Runs in a process of its own, so that a server never outlives the process that asked for it: when stdin ends, by
 * `stop` or because the other side died, the server is ended and its directory removed. The directory is claimed as
 * long as somebody answers at `alive` in it.
 *
 * The text of this function is what runs there: it may use nothing but its parameters.
 */
export function supervise(modules: NodeModules, clearAway: typeof ClearAway, directory: string): void {
  const { fs, net, path, childProcess } = modules
  const data = path.join(directory, 'data')
  let child: ChildProcess | null = null
  let ending = false
  let order = ''

  process.title = 'ringfence-server'
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
  for (const stream of [process.stdin, process.stdout]) stream.on('error', end)
  process.stdin.setEncoding('utf8')
  process.stdin.on('end', end)
  process.stdin.on('data', (text: string) => {
    order += text
    if (order.endsWith('\n') && !ending) initialise(JSON.parse(order))
  })

  try {
    fs.mkdirSync(directory)
    fs.chmodSync(directory, 0o711)
  } catch (error) {
    fail('directory', error, '')
    return
  }
  net
    .createServer((socket) => socket.on('error', () => undefined).end('alive'))
    .on('error', (error) => fail('directory', error, ''))
    .listen(path.join(directory, 'alive'), () => report({ state: 'guarding' }))

  function initialise(start: StartOrder): void {
    fs.mkdirSync(data, { mode: 0o700 })
    if (start.user !== null) fs.chownSync(data, start.user.uid, start.user.gid)
    tryLocale(start, start.locales)
  }

  function tryLocale(start: StartOrder, [locale, ...others]: readonly string[]): void {
    const parameters = [...start.initdb.arguments, `--locale=${locale}`]
    run(start, start.initdb.file, parameters, (code, output) => {
      if (code === '0') serve(start)
      else if (output.includes('invalid locale') && others.length > 0) tryLocale(start, others)
      else fail('initdb', code, output)
    })
  }

  function serve(start: StartOrder): void {
    const { file, arguments: parameters } = start.postgres
    run(start, file, parameters, (code, output) => fail('postgres', code, output))
    awaitReadiness()
  }

  function awaitReadiness(): void {
    if (child?.pid === undefined || ending) return
    const file = path.join(data, 'postmaster.pid')
    const status = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n')[7] : undefined
    if (status?.trim() === 'ready') report({ state: 'running', pid: child.pid })
    else setTimeout(awaitReadiness, 5)
  }

  function run(
    { user, environment }: StartOrder,
    file: string,
    parameters: readonly string[],
    ended: (code: string, output: string) => void,
  ): void {
    let output = ''
    let outcome: string | null = null
    const keep = (text: Buffer) => {
      output = (output + text).slice(-4_000)
    }
    child = childProcess.spawn(file, parameters, { cwd: data, env: environment, ...user })
    child.stdin?.end()
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('error', (error) => {
      outcome = codeOf(error)
    })
    child.on('close', (code, signal) => {
      child = null
      if (!ending) ended(outcome ?? signal ?? String(code), output)
    })
  }

  function fail(step: Step, cause: unknown, output: string): void {
    report({ state: 'failed', step, code: codeOf(cause), output })
    end()
  }

  function report(said: Report): void {
    process.stdout.write(`${JSON.stringify(said)}\n`)
  }

  function end(): void {
    if (ending) return
    ending = true
    clearAway(modules, directory).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }

  function codeOf(cause: unknown): string {
    return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  }
}
