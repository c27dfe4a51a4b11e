#!/usr/bin/env node
import { spawnSync } from 'node:child_process'
import { startParser } from './parser.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
const args = process.argv.slice(2)
const isParsing =
  args[0] === 'model' || (args[0] === 'check' && (!args.includes('--staged') || isSqlStaged()))
if (isParsing) startParser()
const { run } = await import('./run.ts')
process.exitCode = await run(args)

/** Most commits have nothing to parse. It is but a guess, for the thread to start early: whoever parses without it loads the grammar. */
function isSqlStaged(): boolean {
  return spawnSync('git', ['diff', '--cached', '--quiet', '--', ':(top)*.sql']).status === 1
}
