import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Outcome } from '../cli/ringfence.ts'
import { folderWith } from '../cli/ringfence.ts'
import { projectWith, runScript, safe, unsafe } from './project.ts'

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly runs: {
    readonly steps: readonly { readonly run?: string; readonly env?: Readonly<Record<string, string>> }[]
  }
}

const top = join(import.meta.dirname, '../..')
const action: Action = parse(readFileSync(join(top, 'action.yml'), 'utf8'))

interface Job extends Outcome {
  readonly output: string
  readonly summary: string
}

/** The first step of the action as GitHub's runner runs it; without npx, which takes its second, unless a test asks for it. */
function job(root: string, asked: Readonly<Record<string, string>>, env: Record<string, string> = {}): Job {
  const [step] = action.runs.steps
  const inputs: Readonly<Record<string, string>> = { command: 'node_modules/.bin/ringfence', ...asked }
  const given = Object.entries(step?.env ?? {}).map(([name, value]) => {
    const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(value)?.[1] ?? ''
    expect(action.inputs).toHaveProperty(input)
    return [name, inputs[input] ?? action.inputs[input]?.default ?? '']
  })
  const files = folderWith({ output: '', summary: 'From another step.\n' })
  const [output, summary] = [join(files, 'output'), join(files, 'summary')]
  const outcome = runScript(
    ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c'],
    step?.run ?? '',
    root,
    {
      ...Object.fromEntries(given),
      GITHUB_ACTION_PATH: top,
      GITHUB_WORKSPACE: root,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      ...env,
    },
  )
  return { ...outcome, output: readFileSync(output, 'utf8'), summary: readFileSync(summary, 'utf8') }
}

const pullRequest = { GITHUB_BASE_REF: 'main' }

test('a pull request with an unsafe migration fails, with an annotation, a SARIF file and a summary', () => {
  const { root } = projectWith(unsafe)
  const { code, stdout, output, summary } = job(root, { command: '' }, pullRequest)
  expect(code).toBe(1)
  expect(stdout).toContain('::error file=db/migrations/004_invoices.sql,line=1,')
  expect(output).toBe(`sarif=${join(root, 'ringfence.sarif')}\n`)
  const [run] = JSON.parse(readFileSync(join(root, 'ringfence.sarif'), 'utf8')).runs
  expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
    'db/migrations/004_invoices.sql',
  )
  expect(summary).toMatch(/^From another step\.\n## ringfence: rejected\n/)
})

test('a pull request with a safe migration passes, with an empty SARIF file', () => {
  const { root } = projectWith(safe)
  const { code, stdout, summary } = job(root, {}, pullRequest)
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(JSON.parse(readFileSync(join(root, 'ringfence.sarif'), 'utf8')).runs[0].results).toEqual([])
  expect(summary).toContain('## ringfence: passed\n')
})

test('a push judges everything, and paths are from the root where the project lies below it', () => {
  const { root } = projectWith(unsafe, 'services/billing')
  const { code, stdout } = job(root, { 'working-directory': 'services/billing' })
  expect(code).toBe(1)
  expect(stdout).toContain('::error file=services/billing/db/migrations/004_invoices.sql,line=1,')
})

describe('inputs', () => {
  test('are no code for the shell, and no option', () => {
    const { root } = projectWith(safe)
    const path = '$(touch injected)\n--version\n`touch injected`'
    const { code, stderr } = job(root, { path, since: 'none' })
    expect(code).toBe(2)
    expect(stderr).toContain('$(touch injected)')
    expect(() => readFileSync(join(root, 'injected'))).toThrow('ENOENT')
  })

  test('since, max-warnings, config and sarif reach the command', () => {
    const { root, base } = projectWith(safe.replace(/create index.*\n/, ''))
    const told = (inputs: Readonly<Record<string, string>>) => {
      const { code, stdout, output } = job(root, { since: base, ...inputs })
      return { code, warned: stdout.startsWith('::warning '), output }
    }
    const output = `sarif=${join(root, 'ringfence.sarif')}\n`
    expect(told({})).toEqual({ code: 0, warned: true, output })
    expect(told({ 'max-warnings': '0' })).toEqual({ code: 1, warned: true, output })
    expect(told({ since: 'HEAD', 'max-warnings': '0' })).toEqual({ code: 0, warned: false, output })
    expect(told({ sarif: 'out.sarif' }).output).toBe(`sarif=${join(root, 'out.sarif')}\n`)
    expect(told({ config: 'none.json' })).toEqual({ code: 2, warned: false, output: '' })
  })

  test('several paths are one a line', () => {
    const { root } = projectWith(unsafe)
    const path = 'db/migrations/001_tenants.sql\ndb/migrations/004_invoices.sql\n'
    expect(job(root, { path, since: 'none' }).stdout).toContain('file=db/migrations/004_invoices.sql')
    expect(job(root, { path: 'db/migrations/001_tenants.sql', since: 'none' }).stdout).not.toContain('004')
  })
})

test('what could not run fails with 2, and leaves no SARIF file of an earlier run', () => {
  const { root } = projectWith(safe)
  job(root, {}, pullRequest)
  const { code, stdout, stderr, output, summary } = job(root, { since: 'no/such/branch' })
  expect(code).toBe(2)
  expect(stderr).toContain('no/such/branch')
  expect(stdout).toContain('::error title=ringfence::ringfence could not run')
  expect({ output, summary }).toEqual({ output: '', summary: 'From another step.\n' })
})
