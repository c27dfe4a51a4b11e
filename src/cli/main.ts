#!/usr/bin/env node
import { startParser } from './parser.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
const args = process.argv.slice(2)
if (args[0] === 'check' || args[0] === 'model') startParser()
const { run } = await import('./run.ts')
process.exitCode = await run(args)
