import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { type ScratchProject, scratchProject } from '../scratch-project.ts'

let project: ScratchProject

function git(...args: readonly string[]): void {
  const named = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args]
  execFileSync('git', named, { cwd: project.folder, stdio: 'pipe' })
}

beforeAll(() => {
  project = scratchProject(inject('cli'), join(import.meta.dirname, '../../../migrations-example/kysely'))
  project.remove('ringfence.config.ts')
  project.write('ringfence.config.json', '{ "migrations": ["migrations"] }')
  project.write('.gitignore', 'node_modules\n')
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '--message', 'A history')
})

beforeEach(() => {
  git('reset', '--quiet', '--hard')
  git('clean', '--quiet', '--force')
})

afterAll(() => project.destroy())

async function findings(...options: readonly string[]) {
  const args = [inject('cli'), 'check', ...options, '--quiet', '--format', 'json']
  const { output } = await project.run(args)
  const found = JSON.parse(output) as { findings: { check: string; file: string; subject: string }[] }
  return found.findings.map(({ check, file, subject }) => `${file}: ${check} ${subject}`)
}

const open = (table: string) => `import { Kysely } from 'kysely'
export const up = (db: Kysely<any>) =>
  db.schema.createTable('${table}').addColumn('tenant_id', 'uuid', (c) => c.notNull()).execute()
`

test('of a program the staged text runs, with what it imports as that is staged', async () => {
  project.write('migrations/007_next.ts', open('staged'))
  git('add', '.')
  project.write('migrations/007_next.ts', open('unstaged'))
  project.write('tenancy.ts', 'throw new Error("not staged")')
  const unsafe = 'migrations/007_next.ts: row-security-not-enabled public.staged'
  expect(await findings('--staged')).toContain(unsafe)
  expect(await findings('--staged')).not.toContainEqual(expect.stringContaining('unmodelled'))
})

test('a branch is judged by what its programs add to those of the revision', async () => {
  project.write('migrations/007_next.ts', open('exports'))
  const found = await findings('--since', 'HEAD')
  expect(found).toContain('migrations/007_next.ts: row-security-not-enabled public.exports')
  expect(found.filter((one) => !one.startsWith('migrations/007_next.ts'))).toEqual([])
})

test('what migrations import from beside them counts as staged with them', async () => {
  project.write(
    'tenancy.ts',
    `import { defineTenancy } from 'ringfence/kysely'
const safe = defineTenancy({ appRole: 'app_user' })
export const tenancy = {
  ...safe,
  createGlobalTable: (db) => db.schema.createTable('currencies'),
}
`,
  )
  git('add', '.')
  expect(await findings('--staged')).toContainEqual(expect.stringContaining('public.currencies'))
})
