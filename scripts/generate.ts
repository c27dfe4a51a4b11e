import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Check } from '../src/checks/define-check.ts'
import { acceptanceChecks, acceptanceIds } from '../src/findings/acceptance-checks.ts'
import { checkPage, checksPage, withChecksTable } from './check-pages.ts'

/**
 * Derives from `src/checks/` the registry, the documentation of each check and the JSON schema of the config.
 * `npm run generate` writes them; with `--check` it names those that are stale and exits with 1.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'src/checks')
const pages = join(root, 'docs/checks')
const handWritten = ['define-check.ts', 'examine.ts', 'index.ts']
const isCheckMode = process.argv.includes('--check')

const ids = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !handWritten.includes(file))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort()

const stale: string[] = []

function produce(path: string, content: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return
  stale.push(relative(root, path))
  if (isCheckMode) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

function discard(path: string): void {
  stale.push(relative(root, path))
  if (!isCheckMode) rmSync(path)
}

function registry(): string {
  const names = ids.map((id) => id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()))
  const list = (items: readonly string[]) => items.map((item) => `  ${item},\n`).join('')
  return `// Generated from the folder by \`npm run generate\`.
${ids.map((id, at) => `import ${names[at]} from './${id}.ts'\n`).join('')}import type { Check } from './define-check.ts'

/** Every check, by id. */
export const checks: readonly Check[] = [
${list(names)}]

export const checkIds = [
${list(ids.map((id) => `'${id}'`))}] as const

export type CheckId = (typeof checkIds)[number]
`
}

async function load(path: string): Promise<Record<string, unknown>> {
  return await import(pathToFileURL(path).href)
}

produce(join(folder, 'index.ts'), sortImports(registry()))

const checks: Check[] = []
for (const id of ids) {
  const check = (await load(join(folder, `${id}.ts`))).default as Check
  if (check.id !== id) throw new Error(`src/checks/${id}.ts declares the check ${check.id}`)
  checks.push(check)
}
for (const check of [...checks, ...acceptanceChecks]) produce(join(pages, `${check.id}.md`), checkPage(check))
produce(join(pages, 'README.md'), checksPage(checks, acceptanceChecks))
produce(join(root, 'README.md'), withChecksTable(readFileSync(join(root, 'README.md'), 'utf8'), checks))
for (const file of existsSync(pages) ? readdirSync(pages) : []) {
  const id = file.replace(/\.md$/, '')
  if (!['README', ...ids, ...acceptanceIds].includes(id)) discard(join(pages, file))
}

const { configSchema } = (await load(join(root, 'src/config/schema.ts'))) as { configSchema: z.ZodType }
const schema = {
  title: 'ringfence.config.json',
  ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }),
}
produce(join(root, 'ringfence.schema.json'), `${JSON.stringify(schema, null, 2)}\n`)

for (const path of stale)
  console.error(isCheckMode ? `stale: ${path}; run npm run generate` : `wrote ${path}`)
if (isCheckMode && stale.length > 0) process.exitCode = 1

/** The type import stands where its path sorts it, as the linter wants it. */
function sortImports(text: string): string {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.startsWith('import '))
  const last = lines.findLastIndex((line) => line.startsWith('import '))
  const pathOf = (line: string) => line.slice(line.indexOf("'"))
  const imports = lines.slice(first, last + 1).sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))
  return [...lines.slice(0, first), ...imports, ...lines.slice(last + 1)].join('\n')
}
