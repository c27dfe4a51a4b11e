import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderWith, ringfence } from './ringfence.ts'

const safe = `
create table tenants (id uuid primary key);
create table invoices (id uuid primary key, tenant_id uuid not null references tenants);
`

it('writes a config that loads, tells what it chose and what the check finds under it, and names the next step', () => {
  const cwd = folderWith({ 'package.json': '{}', 'db/migrations/1.sql': safe })
  const { code, stdout, stderr } = ringfence(['init'], cwd)
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(
    /^tenancy.tenantKey: "tenant_id" \(1 of 2 tables has it, 1 as a foreign key to public.tenants.\)$/m,
  )
  expect(stderr).toMatch(/^open: tenancy.appRoles: Which roles does the application connect as/m)
  expect(stderr).toMatch(/^wrote ringfence.config.ts$/m)
  expect(stderr).toMatch(/^next: npm install --save-dev ringfence, then npx ringfence check$/m)
  const [, errors, warnings] =
    /the check finds (\d+) errors? and (\d+) warnings? in 1 file/.exec(stderr) ?? []
  const check = ringfence(['check', '--format', 'json'], cwd)
  expect(check.code).toBe(1)
  expect(JSON.parse(check.stdout).summary.findings).toMatchObject({
    error: Number(errors),
    warning: Number(warnings),
  })
})

it('writes JSON where the project has no programs', () => {
  const cwd = folderWith({ 'migrations/1.sql': safe })
  expect(ringfence(['init'], cwd).code).toBe(0)
  expect(JSON.parse(readFileSync(join(cwd, 'ringfence.config.json'), 'utf8'))).toEqual({
    migrations: ['migrations'],
    tenancy: { tenantKey: 'tenant_id', tenants: 'public.tenants' },
  })
})

it('writes over no config, and prints what it would propose beside it', () => {
  const cwd = folderWith({ 'migrations/1.sql': safe, 'ringfence.config.json': '{}' })
  const refused = ringfence(['init'], cwd)
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(
    /^ringfence.config.json: is there already, and stays as it is\n {2}See with --print/,
  )
  const printed = ringfence(['init', '--print'], cwd)
  expect(printed.code).toBe(0)
  expect(JSON.parse(printed.stdout)).toMatchObject({ tenancy: { tenantKey: 'tenant_id' } })
  expect(readFileSync(join(cwd, 'ringfence.config.json'), 'utf8')).toBe('{}')
})

it('writes a config for a package below one that has a config', () => {
  const cwd = folderWith({ 'packages/b/migrations/1.sql': safe, 'ringfence.config.json': '{}' })
  const { code, stderr } = ringfence(['init'], join(cwd, 'packages/b'))
  expect(code).toBe(0)
  expect(stderr).toMatch(/^..\/..\/ringfence.config.json stands above; here and below, the new one counts$/m)
  expect(stderr).toMatch(/^wrote ringfence.config.json$/m)
})

it('asks for the folder where there are two histories, and takes the one that is named', () => {
  const cwd = folderWith({ 'a/migrations/1.sql': safe, 'b/migrations/1_x.up.sql': safe })
  const refused = ringfence(['init'], cwd)
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toBe(
    'ringfence: there are several histories: a/migrations (numbered, 1 file), b/migrations (golang-migrate, 1 file)\n' +
      '  Name the folder of one, as in ringfence init a/migrations; of folders that make one history, all in their order.\n',
  )
  expect(existsSync(join(cwd, 'ringfence.config.json'))).toBe(false)
  expect(ringfence(['init', 'b/migrations', '--print'], cwd)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"b/migrations"'),
  })
})

it('takes the tenant key and the roles that options name', () => {
  const cwd = folderWith({ 'migrations/1.sql': 'create table t (id uuid, site uuid);' })
  const { stdout } = ringfence(
    ['init', '--print', '--tenant-key', 'site', '--app-role', 'a', '--app-role', 'b'],
    cwd,
  )
  expect(JSON.parse(stdout).tenancy).toEqual({ tenantKey: 'site', appRoles: ['a', 'b'] })
})

it('says what to do where no migrations are found', () => {
  expect(ringfence(['init'], folderWith({ 'readme.md': '' }))).toMatchObject({
    code: 2,
    stderr:
      'ringfence: no migrations are found here or below\n  Name their folder: ringfence init db/migrations\n',
  })
})

it('tells the tenancy from what migrations for Kysely send', () => {
  const up = `
    import type { Kysely } from 'kysely'
export async function up(db: Kysely<unknown>): Promise<void> {
      await db.schema.createTable('tenants').addColumn('id', 'uuid', (column) => column.primaryKey()).execute()
      await db.schema.createTable('notes').addColumn('tenant_id', 'uuid', (column) => column.references('tenants.id')).execute()
    }`
  const cwd = folderWith({ 'package.json': '{}', 'src/migrations/1_a.ts': up })
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(join(import.meta.dirname, '../../node_modules/kysely'), join(cwd, 'node_modules/kysely'))
  const { stdout } = ringfence(['init', '--print'], cwd)
  expect(stdout).toMatch(/migrations: \['src\/migrations'\],/)
  expect(stdout).toMatch(/tenantKey: 'tenant_id',\n.*\n {4}tenants: 'public.tenants'/)
})

it('adds the CI job that is named to a project that has a config, and writes over none', () => {
  const cwd = folderWith({
    'migrations/1.sql': safe,
    'ringfence.config.json': '{}',
    'package-lock.json': '{}',
  })
  expect(ringfence(['init', '--ci', 'github'], cwd).code).toBe(0)
  const job = join(cwd, '.github/workflows/ringfence.yml')
  expect(readFileSync(job, 'utf8')).toContain('      - run: npm ci\n      - uses: ./node_modules/ringfence\n')
  writeFileSync(job, 'mine')
  expect(ringfence(['init', '--ci', 'github'], cwd)).toMatchObject({
    code: 2,
    stderr: '.github/workflows/ringfence.yml: is there already, and stays as it is\n',
  })
  expect(readFileSync(job, 'utf8')).toBe('mine')
  expect(ringfence(['init', '--ci', 'gitlab'], cwd).stderr).toContain('add to .gitlab-ci.yml: include:')
  expect(ringfence(['init', '--ci', 'git'], cwd)).toMatchObject({ code: 2 })
})

it('adds the git hook, and writes over none', () => {
  const cwd = folderWith({ 'migrations/1.sql': safe, 'ringfence.config.json': '{}' })
  expect(ringfence(['init', '--hook'], cwd)).toMatchObject({ code: 2 })
  spawnSync('git', ['init', '-q'], { cwd })
  expect(ringfence(['init', '--hook'], cwd)).toMatchObject({
    code: 0,
    stderr: 'wrote .git/hooks/pre-commit\nnext: npx ringfence check\n',
  })
  const hook = join(cwd, '.git/hooks/pre-commit')
  expect(readFileSync(hook, 'utf8')).toContain('ringfence check --staged')
  expect(ringfence(['init', '--hook'], cwd).stderr).toMatch(
    /^.git\/hooks\/pre-commit runs ringfence already\n/,
  )
  writeFileSync(hook, '#!/bin/sh\nmine\n')
  expect(ringfence(['init', '--hook'], cwd).stderr).toMatch(
    /^.git\/hooks\/pre-commit is left as it is: there is a hook already. Add to it:\n {2}.*ringfence check --staged\n/,
  )
  expect(readFileSync(hook, 'utf8')).toBe('#!/bin/sh\nmine\n')
})
