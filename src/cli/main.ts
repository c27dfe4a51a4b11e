#!/usr/bin/env node
import { startParser } from './parser.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
const args = process.argv.slice(2)
/** Whether there is anything to parse is then to be found out first. */
const isOfChanges = args.some((arg) => arg === '--staged' || arg.startsWith('--since'))
if ((args[0] === 'check' && !isOfChanges) || args[0] === 'model') startParser()
const { run } = await import('./run.ts')
process.exitCode = await run(args)
