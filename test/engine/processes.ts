import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, inject, onTestFinished, vi } from 'vitest'
import { nativeOf, swiftFolder, testedMajor } from '../server.ts'

/** A temporary folder for this test alone, which every user may enter, as the system's own. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(swiftFolder(), 'ringfence-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The compiled modules of the engine, for processes of their own. */
export function compiledEngine(): string {
  return join(dirname(inject('cli')), '..', 'engine')
}

/** Runs code in a process of its own; `engine` in it is a server that was started with `temporary` as TMPDIR. */
export function engineProcess(code: string, temporary: string): ChildProcess {
  const module = pathToFileURL(join(compiledEngine(), 'embedded.js')).href
  const program = `
    import { startEmbedded } from ${JSON.stringify(module)}
    const engine = await startEmbedded({ native: ${JSON.stringify(nativeOf(testedMajor))} })
    ${code}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    detached: true,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

/** What the servers of a temporary folder consist of, once `count` of them are ready. */
export async function serversIn(temporary: string, count = 1): Promise<RunningServer[]> {
  return await vi.waitFor(
    () => {
      const servers = readdirSync(temporary)
        .filter((name) => name.startsWith('ringfence-server-'))
        .map((name) => runningServer(join(temporary, name)))
      expect(servers).toHaveLength(count)
      return servers
    },
    { timeout: 20_000, interval: 20 },
  )
}

export interface RunningServer {
  readonly directory: string
  /** The server itself. */
  readonly postmaster: number
  /** Everything that works for it. */
  readonly processes: readonly number[]
  readonly supervisor: number
}

function runningServer(directory: string): RunningServer {
  const lines = readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')
  expect(lines[7]?.trim()).toBe('ready')
  const postmaster = Number(lines[0])
  const processes = childrenOf(postmaster)
  return { directory, postmaster, processes: [postmaster, ...processes], supervisor: parentOf(postmaster) }
}

/** Resolves when nothing of the server exists any more: no process, no directory, no shared memory. */
export async function expectGone(server: RunningServer): Promise<void> {
  await vi.waitFor(
    () => {
      expect([server.supervisor, ...server.processes].filter(isAlive)).toEqual([])
      expect(existsSync(server.directory)).toBe(false)
      expect(sharedMemoryOf(server.postmaster)).toEqual([])
    },
    { timeout: 20_000, interval: 20 },
  )
}

export function isAlive(pid: number): boolean {
  const status = statusOf(pid)
  return status !== null && status[0] !== 'Z'
}

function parentOf(pid: number): number {
  return Number(statusOf(pid)?.[1])
}

function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return all.filter((other) => parentOf(other) === pid)
}

/** State and parent, the first fields of `/proc/PID/stat` after the name. */
function statusOf(pid: number): string[] | null {
  const file = `/proc/${pid}/stat`
  try {
    const text = readFileSync(file, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

function sharedMemoryOf(pid: number): string[] {
  const rows = readFileSync('/proc/sysvipc/shm', 'utf8').split('\n')
  return rows.filter((row) => row.trim().split(/\s+/)[4] === String(pid))
}
