// The floor: loads PostgreSQL's grammar and parses the files of a folder, nothing else.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModule, parseSync } from 'libpg-query'

const folder = process.argv[2] ?? '.'
await loadModule()
let statements = 0
for (const file of readdirSync(folder).sort()) {
  statements += parseSync(readFileSync(join(folder, file), 'utf8')).stmts.length
}
process.stdout.write(`${statements}\n`)
