import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, type Outcome, ringfence } from './ringfence.ts'

const files = {
  'migrations/1_notes.sql': 'create table public.notes (id uuid primary key, tenant_id uuid not null);\n',
}

/** No checkout of the machine that runs the tests. */
const nowhere = { GITHUB_WORKSPACE: '', CI_PROJECT_DIR: '' }

function check(args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}): Outcome {
  return ringfence(['check', 'migrations', ...args], folder, { ...nowhere, ...env })
}

describe('--format', () => {
  test.each([
    ['json', /^\{\n {2}"tool"/],
    ['sarif', /^\{\n {2}"\$schema"/],
    ['github', /^::error file=migrations\/1_notes.sql,line=1,endLine=1,col=1,endColumn=73,title=/],
    ['gitlab', /^\[\n {2}\{\n {4}"description"/],
    ['junit', /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="ringfence"/],
    ['markdown', /^## ringfence: rejected\n/],
  ])('%s goes to stdout, with the exit code of the findings', (format, beginning) => {
    const { code, stdout } = check(['--format', format], folderWith(files))
    expect(stdout).toMatch(beginning)
    expect(stdout).toMatch(/\n$/)
    expect(code).toBe(1)
  })

  test('the help names all of them, and for a model the two that there are', () => {
    const help = (command: string) =>
      ringfence([command, '--help'], folderWith({})).stdout.replaceAll(/\s+/g, ' ')
    expect(help('check')).toContain('text, json, sarif, github, gitlab, junit, markdown (')
    expect(help('model')).toContain('--format <format> text, json (')
  })

  test('a model in a format of findings is refused', () => {
    const { code, stderr } = ringfence(['model', 'migrations', '--format', 'sarif'], folderWith(files))
    expect(stderr).toContain('a model is not printed as "sarif"; known are text, json')
    expect(code).toBe(2)
  })
})

describe('--report', () => {
  test('writes further reports of the same run, beside what goes to stdout', () => {
    const folder = folderWith(files)
    const reports = ['--report', 'sarif=out.sarif', '--report=junit=out.xml', '--report', 'markdown=a=b.md']
    const { code, stdout } = check(['--format', 'github', ...reports], folder)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error /)
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(JSON.parse(read('out.sarif')).runs).toHaveLength(1)
    expect(read('out.xml')).toContain('<testsuites')
    expect(read('a=b.md')).toMatch(/^## /)
  })

  test.each([
    ['sarif', '--report takes a format and a file, not "sarif"'],
    ['sarif=', '--report takes a format and a file, not "sarif="'],
    ['saruf=x', 'unknown format "saruf"; did you mean "sarif"?'],
    ['html=x', '--format html is not there yet'],
  ])('%s is refused before anything is read', (report, message) => {
    const { code, stdout, stderr } = check(['--report', report], folderWith({}))
    expect(stderr).toContain(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  test('two reports into one file are refused', () => {
    const { code, stderr } = check(['--output', 'out', '--report', 'json=./out'], folderWith(files))
    expect(stderr).toContain('two reports are to be written to one file')
    expect(code).toBe(2)
  })

  test('a report in a file has no colours where stdout has none to have', () => {
    const folder = folderWith(files)
    check(['--report', 'text=out.txt'], folder)
    expect(readFileSync(join(folder, 'out.txt'), 'utf8')).not.toContain('\u001b')
  })
})

describe('paths in a report for CI', () => {
  const below = { 'services/billing/migrations/1_notes.sql': files['migrations/1_notes.sql'] }

  test.each(['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'])('start at the checkout that %s names', (variable) => {
    const root = folderWith(below)
    const folder = join(root, 'services/billing')
    const path = 'services/billing/migrations/1_notes.sql'
    const env = { [variable]: root }
    expect(check(['--format', 'github'], folder, env).stdout).toContain(`file=${path},`)
    expect(check(['--format', 'gitlab'], folder, env).stdout).toContain(`"path": "${path}"`)
    expect(check(['--format', 'sarif'], folder, env).stdout).toContain(`"uri": "${path}"`)
    expect(check(['--format', 'junit'], folder, env).stdout).toContain(`<testsuite name="${path}"`)
  })

  test('start there too where the checkout is named by a link', () => {
    const root = folderWith(below)
    const links = folderWith({})
    symlinkSync(root, join(links, 'checkout'))
    const env = { GITHUB_WORKSPACE: join(links, 'checkout') }
    expect(check(['--format', 'github'], join(root, 'services/billing'), env).stdout).toContain(
      'file=services/billing/migrations/1_notes.sql,',
    )
  })

  test('stay as they are where the migrations lie outside of it', () => {
    const elsewhere = folderWith({})
    mkdirSync(join(elsewhere, 'checkout'))
    const env = { GITHUB_WORKSPACE: join(elsewhere, 'checkout') }
    expect(check(['--format', 'github'], folderWith(files), env).stdout).toContain(
      'file=migrations/1_notes.sql,',
    )
  })

  test('in text and JSON are those of the working directory', () => {
    const root = folderWith(below)
    const env = { GITHUB_WORKSPACE: root }
    const folder = join(root, 'services/billing')
    expect(check(['--format', 'json'], folder, env).stdout).toContain('"file": "migrations/1_notes.sql"')
    expect(check([], folder, env).stdout).toContain('at migrations/1_notes.sql:1:1')
  })
})
