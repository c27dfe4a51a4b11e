import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, ringfence } from './ringfence.ts'

const table = 'create table public.notes (id uuid primary key, tenant_id uuid not null);\n'
const index = 'create index on public.notes (tenant_id);\n'
const enable = 'alter table public.notes enable row level security;\n'
const force = 'alter table public.notes force row level security;\n'

interface Report {
  readonly summary: { readonly files: number; readonly findings: Readonly<Record<string, number>> }
  readonly findings: readonly Record<string, unknown>[]
}

function report(stdout: string): Report {
  return JSON.parse(stdout)
}

describe('the example', () => {
  const example = join(import.meta.dirname, '../../migrations-example')

  function copy(): string {
    const folder = folderWith({})
    mkdirSync(join(folder, 'migrations-example'))
    cpSync(example, join(folder, 'migrations-example'), { recursive: true })
    return folder
  }
  const args = ['check', '--config', 'migrations-example/ringfence.config.json', '--format', 'json']

  test('the unsafe migration is rejected for what it leaves out, and the safe ones for nothing', () => {
    const { code, stdout } = ringfence(args, copy())
    const found = report(stdout).findings.map(({ check, severity, subject, file }) => ({
      check,
      severity,
      subject,
      file,
    }))
    const common = { severity: 'error', file: 'migrations-example/migrations/009_invoice_exports.sql' }
    expect(found).toEqual([
      { ...common, check: 'row-security-not-forced', subject: 'public.invoice_exports' },
      {
        ...common,
        check: 'policy-without-with-check',
        subject: 'public.invoice_exports/organization_isolation',
      },
    ])
    expect(code).toBe(1)
  })

  test('the safe history alone passes', () => {
    const folder = copy()
    const asked = ['001', '002', '003', '004', '005', '006', '007', '008'].map(
      (number) => `migrations-example/migrations/${number}*.sql`,
    )
    const { code, stdout } = ringfence([...args, ...asked], folder)
    expect(report(stdout).findings).toEqual([])
    expect(code).toBe(0)
  })
})

describe('exit codes', () => {
  test('findings of severity error give 1, with the result on stdout and hints on stderr', () => {
    const folder = folderWith({ 'migrations/1_notes.sql': table + index })
    const { code, stdout, stderr } = ringfence(['check', 'migrations'], folder)
    expect(code).toBe(1)
    expect(stdout).toContain('row-security-not-enabled')
    expect(stdout).toContain('1 | create table public.notes')
    expect(stderr).toContain('assumed: the tenant key is tenant_id')
    expect(stderr).not.toContain('row-security-not-enabled')
  })

  test('--quiet keeps hints back', () => {
    const folder = folderWith({ 'migrations/1_notes.sql': table + index })
    expect(ringfence(['check', 'migrations', '--quiet'], folder).stderr).toBe('')
  })

  test('a check that is off gives no finding, and a severity that is lowered no exit code', () => {
    const checks = {
      'row-security-not-enabled': 'warning',
      'no-policy': 'off',
      'command-without-policy': 'off',
    }
    const config = JSON.stringify({ migrations: ['migrations'], checks })
    const folder = folderWith({ 'migrations/1_notes.sql': table + index, 'ringfence.config.json': config })
    const { code, stdout } = ringfence(['check', '--format', 'json'], folder)
    expect(report(stdout).findings).toContainEqual(
      expect.objectContaining({ check: 'row-security-not-enabled', severity: 'warning' }),
    )
    expect(report(stdout).summary.findings.error).toBe(0)
    expect(code).toBe(0)
    expect(ringfence(['check', '--max-warnings', '0'], folder).code).toBe(1)
  })
})

describe('the JSON report', () => {
  test('has lines and columns of the statement, in text that is not ASCII too', () => {
    const folder = folderWith({ 'migrations/1_notes.sql': `-- \u00e9\ud83d\ude00\n  ${table}${index}` })
    const { stdout } = ringfence(['check', 'migrations', '--format', 'json'], folder)
    const found = report(stdout).findings.find(({ check }) => check === 'row-security-not-enabled')
    expect(found).toMatchObject({ file: 'migrations/1_notes.sql', line: 2, column: 3, endLine: 2 })
    expect(found?.fingerprint).toMatch(/^[0-9a-f]{16}$/)
  })

  test('goes to the file of --output and not to stdout', () => {
    const folder = folderWith({ 'migrations/1_notes.sql': table })
    const { code, stdout } = ringfence(
      ['check', 'migrations', '--format', 'json', '--output', 'out.json'],
      folder,
    )
    expect(stdout).toBe('')
    expect(code).toBe(1)
    expect(report(readFileSync(join(folder, 'out.json'), 'utf8')).summary.files).toBe(1)
  })

  test('is whole where it is large', () => {
    const tables = Array.from({ length: 3000 }, (_, at) => `create table public.t${at} (id int);`).join('\n')
    const folder = folderWith({ 'migrations/1_tables.sql': tables })
    const { stdout } = ringfence(['check', 'migrations', '--format', 'json'], folder)
    expect(stdout.length).toBeGreaterThan(1_000_000)
    expect(report(stdout).findings.length).toBeGreaterThan(3000)
  })
})

describe('colours', () => {
  test.each([
    [[], {}, false],
    [[], { FORCE_COLOR: '1' }, true],
    [[], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [['--no-color'], { FORCE_COLOR: '1' }, false],
  ])('%j with %j in the environment: %s', (options, env, coloured) => {
    const folder = folderWith({ 'migrations/1_notes.sql': table })
    const { stdout } = ringfence(['check', 'migrations', ...options], folder, env)
    expect(stdout.includes('\u001b[')).toBe(coloured)
  })
})

describe('a path inside the configured migrations', () => {
  const config = JSON.stringify({ migrations: ['migrations'], tenancy: { tenantKey: 'tenant_id' } })
  const files = {
    'ringfence.config.json': config,
    'migrations/1_notes.sql': table + index,
    'migrations/2_enable.sql': enable,
    'migrations/3_force.sql': force,
  }

  function checksOf(paths: readonly string[], cwd = folderWith(files)): string[] {
    const { stdout } = ringfence(['check', ...paths, '--format', 'json'], cwd)
    return report(stdout).findings.map(({ check, severity }) => `${check} ${severity}`)
  }

  test('asks about what its file brings, with its full severity though a later file mends it', () => {
    expect(checksOf(['migrations/2_enable.sql'])).toContain('row-security-not-forced error')
  })

  test("doesn't ask about debt from before", () => {
    expect(checksOf(['migrations/3_force.sql'])).not.toContain('row-security-not-enabled error')
  })

  test('asks about the whole history where it is the configured folder itself', () => {
    expect(checksOf(['migrations'])).toContain('row-security-not-enabled info')
  })

  test('may be absolute, or seen from a folder below the config', () => {
    const folder = folderWith(files)
    expect(checksOf([join(folder, 'migrations/2_enable.sql')], folder)).toContain(
      'row-security-not-forced error',
    )
    expect(checksOf(['2_enable.sql'], join(folder, 'migrations'))).toContain('row-security-not-forced error')
  })

  test('may be a glob', () => {
    expect(checksOf(['migrations/2_*.sql'])).toContain('row-security-not-forced error')
  })

  test("that the layout doesn't replay can't be asked about", () => {
    const folder = folderWith({ ...files, 'migrations/notes.txt': 'x' })
    const { code, stderr } = ringfence(['check', 'migrations/notes.txt'], folder)
    expect(code).toBe(2)
    expect(stderr).toContain('migrations/notes.txt: is no part of the configured history')
  })

  test('together with one outside of them is refused', () => {
    const folder = folderWith({ ...files, 'other/1.sql': table })
    const { code, stderr } = ringfence(['check', 'migrations/2_enable.sql', 'other/1.sql'], folder)
    expect(code).toBe(2)
    expect(stderr).toContain('other/1.sql does not')
  })
})

test('a path outside of the configured migrations is a history by itself', () => {
  const folder = folderWith({
    'ringfence.config.json': JSON.stringify({ migrations: ['migrations'] }),
    'migrations/1_other.sql': 'create table public.other (id int);',
    'elsewhere/1_notes.sql': table,
  })
  const { stdout } = ringfence(['check', 'elsewhere', '--format', 'json'], folder)
  const subjects = report(stdout).findings.map(({ subject }) => String(subject))
  expect(subjects.every((subject) => subject.startsWith('public.notes'))).toBe(true)
  expect(subjects).not.toEqual([])
})
