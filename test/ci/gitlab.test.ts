import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Outcome } from '../cli/ringfence.ts'
import { projectWith, runScript, safe, unsafe } from './project.ts'

interface Template {
  readonly ringfence: {
    readonly script: readonly string[]
    readonly artifacts: {
      readonly when: string
      readonly reports: { readonly codequality: string; readonly junit: string }
    }
  }
}

const template: Template = parse(readFileSync(join(import.meta.dirname, '../../ci/gitlab.yml'), 'utf8'))
const { script, artifacts } = template.ringfence

/** The script of the job as GitLab's runner runs it. */
function job(root: string, env: Readonly<Record<string, string>>): Outcome {
  return runScript(['bash', '-eo', 'pipefail', '-c'], script.join('\n'), root, {
    CI_PROJECT_DIR: root,
    ...env,
  })
}

const report = (root: string, name: 'codequality' | 'junit') =>
  readFileSync(join(root, artifacts.reports[name]), 'utf8')

test('a merge request with an unsafe migration fails, with both reports kept', () => {
  const { root, base } = projectWith(unsafe)
  const { code, stdout } = job(root, { CI_MERGE_REQUEST_DIFF_BASE_SHA: base })
  expect(code).toBe(1)
  expect(stdout).toContain('Rejected: ')
  expect(artifacts.when).toBe('always')
  const [entry] = JSON.parse(report(root, 'codequality'))
  expect(entry.location).toMatchObject({ path: 'db/migrations/004_invoices.sql', lines: { begin: 1 } })
  expect(report(root, 'junit')).toContain('<testsuite name="db/migrations/004_invoices.sql"')
})

test('a merge request with a safe migration passes, and only its file is told of', () => {
  const { root, base } = projectWith(safe)
  const { code } = job(root, { CI_MERGE_REQUEST_DIFF_BASE_SHA: base })
  expect(code).toBe(0)
  expect(JSON.parse(report(root, 'codequality'))).toEqual([])
  expect(report(root, 'junit')).toMatch(/<testsuites name="ringfence" tests="1" failures="0"/)
})

test('on the default branch every file is a test', () => {
  const { root } = projectWith(safe)
  expect(job(root, {}).code).toBe(0)
  expect(report(root, 'junit')).toMatch(/<testsuites name="ringfence" tests="4" failures="0"/)
})
