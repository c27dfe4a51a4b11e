import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const ciNames = ['github', 'gitlab'] as const

export type CiName = (typeof ciNames)[number]

/** A file that makes a CI job of the check, and what is still to be done by hand. */
export interface Workflow {
  readonly file: string
  readonly text: string
  readonly note: string | null
}

/** The job that checks what a branch brings. */
export function workflowFor(ci: CiName, cwd: string): Workflow {
  const { install, run } = commandsOf(cwd)
  return ci === 'github' ? onGithub(install, run) : onGitlab(install, run)
}

function onGithub(install: readonly string[], run: string): Workflow {
  const steps = install.map((command) => `      - run: ${command}\n`).join('')
  const text = `name: ringfence
on: pull_request
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 22
${steps}      - run: ${run} check --since "origin/$BASE" --format github
        env:
          BASE: \${{ github.base_ref }}
`
  return { file: '.github/workflows/ringfence.yml', text, note: null }
}

function onGitlab(install: readonly string[], run: string): Workflow {
  const file = '.gitlab/ringfence.gitlab-ci.yml'
  const steps = install.map((command) => `    - ${command}\n`).join('')
  const text = `ringfence:
  image: node:22
  variables:
    GIT_DEPTH: 0
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  script:
${steps}    - ${run} check --since "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --format gitlab --output gl-code-quality-report.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
`
  return { file, text, note: `add to .gitlab-ci.yml: include: [{ local: ${file} }]` }
}

/** How the project installs its packages, and how one of them is run. */
function commandsOf(cwd: string): { readonly install: readonly string[]; readonly run: string } {
  const has = (file: string) => existsSync(join(cwd, file))
  if (has('pnpm-lock.yaml'))
    return { install: ['corepack enable', 'pnpm install --frozen-lockfile'], run: 'pnpm exec ringfence' }
  if (has('yarn.lock'))
    return { install: ['corepack enable', 'yarn install --immutable'], run: 'yarn ringfence' }
  if (has('package-lock.json')) return { install: ['npm ci'], run: 'npx ringfence' }
  return { install: [], run: 'npx --yes ringfence' }
}
