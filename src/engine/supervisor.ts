import childProcess, { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { clearAway, type NodeModules } from './clear-away.ts'
import { type Report, type StartOrder, type Step, supervise } from './supervise.ts'

export const nodeModules: NodeModules = { fs, net, path, childProcess }

const patienceMilliseconds = 60_000

/** What was asked of a supervisor failed. */
export class SupervisorFailure extends Error {
  override readonly name = 'SupervisorFailure'

  constructor(
    readonly step: Step,
    /** An error of the system, a signal, an exit code, `timeout`, or `supervisor ended`. */
    readonly code: string,
    readonly output: string,
  ) {
    super(`${step}: ${code}`)
  }
}

/** The process that keeps one server and its directory, as seen from here. */
export class Supervisor {
  readonly #process: ChildProcess
  readonly #reports: AsyncIterator<string>
  readonly #gone: Promise<void>

  /** Starts the process, which makes the directory. */
  constructor(directory: string) {
    const supervisor = spawnSupervisor(directory)
    this.#process = supervisor
    this.#reports = createInterface({ input: supervisor.stdout })[Symbol.asyncIterator]()
    supervisor.stdin.on('error', () => undefined) // Its end is noticed by what it no longer reports.
    this.#gone = new Promise<void>((resolve) => {
      supervisor.once('exit', () => resolve())
      supervisor.once('error', () => resolve())
    }).then(() => clearAway(nodeModules, directory))
    this.#gone.catch(() => undefined) // `stop` tells.
  }

  /** Resolves when the directory is there and claimed. */
  async guarding(): Promise<void> {
    await this.#expect('guarding', 'directory')
  }

  /** Resolves when the server answers. */
  async start(order: StartOrder): Promise<void> {
    this.#process.stdin?.write(`${JSON.stringify(order)}\n`)
    await this.#expect('running', 'postgres')
  }

  /** Resolves when nothing is left. */
  async stop(): Promise<void> {
    this.#process.stdin?.end()
    await this.#gone
  }

  async #expect(state: Report['state'], step: Step): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new SupervisorFailure(step, 'timeout', '')), patienceMilliseconds)
    })
    try {
      const { value, done } = await Promise.race([this.#reports.next(), tooLate])
      if (done === true) throw new SupervisorFailure(step, 'supervisor ended', '')
      const report: Report = JSON.parse(value)
      if (report.state === 'failed') throw new SupervisorFailure(report.step, report.code, report.output)
      if (report.state !== state) throw new Error(`the supervisor reported ${report.state} before ${state}`)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** In a session of its own, so that signals from the terminal don't reach it; its code comes along as text. */
function spawnSupervisor(directory: string) {
  const modules =
    "fs: require('fs'), net: require('net'), path: require('path'), childProcess: require('child_process')"
  const code = `(${supervise})({ ${modules} }, ${clearAway}, ${JSON.stringify(directory)})`
  const { PATH = '', LD_LIBRARY_PATH } = process.env
  return spawn(process.execPath, ['--input-type=commonjs', '--eval', code], {
    cwd: '/',
    detached: true,
    env: { PATH, ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }) },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}
