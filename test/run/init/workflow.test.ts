import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type CiName, workflowFor } from '../../../src/run/init/workflow.ts'
import { tree } from '../../replay/layouts/tree.ts'

const packaged = readFileSync(join(import.meta.dirname, '../../../ci/gitlab.yml'), 'utf8')

/** The job in a project that has a file. */
function jobFor(ci: CiName, file: string): string {
  return workflowFor(ci, tree({ [file]: '' }), packaged).text
}

it.each([
  ['package-lock.json', ['- run: npm ci', '- uses: ./node_modules/ringfence']],
  ['pnpm-lock.yaml', ['- run: pnpm install --frozen-lockfile', '- uses: ./node_modules/ringfence']],
  [
    'yarn.lock',
    ['- run: yarn install --immutable', '- run: yarn ringfence check --since "origin/$GITHUB_BASE_REF"'],
  ],
  ['go.mod', ['node-version: 22', '- run: npx --yes -- ringfence check --since "origin/$GITHUB_BASE_REF"']],
])('runs on GitHub what a project with %s installs', (file, steps) => {
  const lines = jobFor('github', file).split('\n')
  const found = steps.map((step) => lines.findIndex((line) => line.includes(step)))
  expect(found).not.toContain(-1)
  expect(found[1]).toBe((found[0] ?? 0) + 1)
})

it('takes the job of the package for GitLab', () => {
  expect(jobFor('gitlab', 'package-lock.json')).toBe(packaged)
})

it('runs on GitLab what a project installs otherwise', () => {
  expect(jobFor('gitlab', 'pnpm-lock.yaml')).toBe(
    packaged
      .replace('    - npm ci\n', '    - corepack enable\n    - pnpm install --frozen-lockfile\n')
      .replace('npx --no -- ringfence', 'pnpm exec ringfence'),
  )
  const bare = jobFor('gitlab', 'go.mod')
  expect(bare).not.toContain('before_script')
  expect(bare).toContain('npx --yes -- ringfence check ')
})
