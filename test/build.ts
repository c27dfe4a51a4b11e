import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The compiled command line, for tests that run it as a process. */
    cli: string
  }
}

/** Compiles and bundles `src/` once for all tests, beside it, so that what is found relative to the package is found. */
export default function build(project: TestProject): () => void {
  const { root } = project.config
  const target = join(root, `.build-${process.pid}`)
  const sweep = removedWithThisProcess(target)
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['-p', 'tsconfig.build.json', '--outDir', target, '--noCheck', '--declaration', 'false']
  const bundler = join(root, 'scripts/bundle.mjs')
  for (const command of [
    [compiler, ...options],
    [bundler, target],
  ]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stdout}${stderr}`)
  }
  project.provide('cli', join(target, 'bin/ringfence.js'))
  return () => {
    rmSync(target, { recursive: true, force: true })
    sweep()
  }
}

/** A process that removes the folder when this one is gone, killed or not; it is let go by the returned function. */
function removedWithThisProcess(folder: string): () => void {
  const code = `process.stdin.resume().on('end', () => require('node:fs').rmSync(${JSON.stringify(folder)}, { recursive: true, force: true }))`
  const sweeper = spawn(process.execPath, ['--input-type=commonjs', '--eval', code], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  sweeper.unref()
  return () => sweeper.stdin.end()
}
