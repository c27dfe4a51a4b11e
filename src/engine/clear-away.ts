/** The modules of Node that the functions work with that run in a process of their own. */
export interface NodeModules {
  readonly fs: typeof import('node:fs')
  readonly net: typeof import('node:net')
  readonly path: typeof import('node:path')
  readonly childProcess: typeof import('node:child_process')
}

/**
 * Ends what works in the data directory below, and removes the directory. What is not there is no error, so two may
 * clear away the same one.
 *
 * The supervisor runs the text of this function: it may use nothing but its parameters.
 */
export async function clearAway({ fs, path, childProcess }: NodeModules, directory: string): Promise<void> {
  const data = path.join(directory, 'data')
  const graceMilliseconds = 5_000
  const seen = new Set<number>()

  /** The processes that work in the data directory: on Linux all of them, elsewhere the one that the others follow. */
  function residents(): number[] {
    if (process.platform !== 'linux') {
      const { stdout } = childProcess.spawnSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' })
      const lines = stdout.split('\n').filter((line) => line.includes(` -D ${data} `))
      return lines.map((line) => Number.parseInt(line, 10))
    }
    return fs
      .readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && worksForServer(pid))
  }

  function worksForServer(pid: number): boolean {
    try {
      if (fs.readlinkSync(`/proc/${pid}/cwd`) !== data) return false
      return ['postgres', 'initdb'].includes(fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
    } catch {
      return false // It ended meanwhile, or is not ours and so not of this server.
    }
  }

  function signal(pid: number, name: NodeJS.Signals): void {
    try {
      process.kill(pid, name)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }

  /** What was killed leaves its segment of shared memory; `postmaster.pid` names that of a server killed before. */
  function freeSharedMemory(): void {
    if (process.platform !== 'linux') return
    const file = path.join(data, 'postmaster.pid')
    const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
    const [key, id] = fields(lines[6])
    for (const row of fs.readFileSync('/proc/sysvipc/shm', 'utf8').split('\n').map(fields)) {
      const ofServer = row[0] === key && row[1] === id && row[4] === lines[0]
      if (row[1] !== undefined && (ofServer || seen.has(Number(row[4])))) {
        childProcess.spawnSync('ipcrm', ['-m', row[1]])
      }
    }
  }

  function fields(line = ''): string[] {
    return line.trim().split(/\s+/)
  }

  // SIGQUIT is the immediate shutdown: the server frees its shared memory, which SIGKILL would leave to nobody.
  const deadline = Date.now() + graceMilliseconds
  for (let left = residents(); left.length > 0; left = residents()) {
    for (const pid of left) {
      if (Date.now() > deadline) signal(pid, 'SIGKILL')
      else if (!seen.has(pid)) signal(pid, 'SIGQUIT')
      seen.add(pid)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  freeSharedMemory()
  fs.rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}
