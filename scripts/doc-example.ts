import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The files that a page shows: blocks of TypeScript that begin with their own name, `// migrations/001_tenancy.ts`.
 *
 *     jiti scripts/doc-example.ts docs/kysely.md FOLDER
 */
export function filesShown(page: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  let block: string[] | null = null
  for (const line of page.split('\n')) {
    if (line === '```ts') block = []
    else if (line !== '```') block?.push(line)
    else if (block !== null) {
      const [name] = block
      if (name?.startsWith('// ')) files.set(name.slice('// '.length), `${block.join('\n')}\n`)
      block = null
    }
  }
  return files
}

/** The commands of the page, one block of them after the other. */
export function commandsShown(page: string): readonly string[] {
  return page
    .split('```sh\n')
    .slice(1)
    .map((rest) => rest.slice(0, rest.indexOf('\n```')))
}

const [page, folder] = process.argv.slice(2)
if (import.meta.filename === process.argv[1] && page !== undefined && folder !== undefined) {
  for (const [name, text] of filesShown(readFileSync(page, 'utf8'))) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
