import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inject, onTestFinished } from 'vitest'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line as a process of its own. */
export function ringfence(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Outcome {
  const { NO_COLOR, FORCE_COLOR, ...inherited } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [inject('cli'), ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...inherited, ...env },
    maxBuffer: 100_000_000,
  })
  return { code: status, stdout, stderr }
}

/** Starts the command line beside this process, which may play the server meanwhile. */
export function startRingfence(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): { readonly child: ChildProcess; readonly outcome: Promise<Outcome> } {
  const { NO_COLOR, FORCE_COLOR, ...inherited } = process.env
  const child = spawn(process.execPath, [inject('cli'), ...args], { cwd, env: { ...inherited, ...env } })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...said }))
  })
  return { child, outcome }
}

/** A folder with these files, removed when the test is over. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}
