import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const ciNames = ['github', 'gitlab'] as const

export type CiName = (typeof ciNames)[number]

/** A file that makes a CI job of the check. */
export interface Workflow {
  readonly file: string
  readonly text: string
  /** What is still to be done by hand. */
  readonly note: string | null
}

/** The job that checks what a branch brings. `gitlab`: the one for GitLab that the package holds. */
export function workflowFor(ci: CiName, cwd: string, gitlab: string): Workflow {
  const installation = installationIn(cwd)
  return ci === 'github' ? onGithub(installation) : onGitlab(installation, gitlab)
}

function onGithub({ install, run, isInFolder }: Installation): Workflow {
  const steps = install.map((command) => `      - run: ${command}\n`).join('')
  const check = isInFolder
    ? '      - uses: ./node_modules/ringfence\n'
    : `      - run: ${run} check --since "origin/$GITHUB_BASE_REF" --format github\n`
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
${steps}${check}`
  return { file: '.github/workflows/ringfence.yml', text, note: null }
}

function onGitlab({ install, run }: Installation, packaged: string): Workflow {
  const file = '.gitlab/ringfence.yml'
  const before =
    install.length === 0 ? '' : ['  before_script:', ...install.map((one) => `    - ${one}`), ''].join('\n')
  const text = packaged
    .replace(/ {2}before_script:\n(?: {4}- .*\n)+/, () => before)
    .replace('npx --no -- ringfence', () => run)
  return { file, text, note: `add to .gitlab-ci.yml: include: [{ local: ${file} }]` }
}

/** How a project installs its packages, and runs what one of them brings. */
interface Installation {
  readonly install: readonly string[]
  readonly run: string
  /** Whether packages then stand in node_modules. */
  readonly isInFolder: boolean
}

function installationIn(cwd: string): Installation {
  const has = (file: string) => existsSync(join(cwd, file))
  if (has('pnpm-lock.yaml')) {
    return {
      install: ['corepack enable', 'pnpm install --frozen-lockfile'],
      run: 'pnpm exec ringfence',
      isInFolder: true,
    }
  }
  if (has('yarn.lock')) {
    return {
      install: ['corepack enable', 'yarn install --immutable'],
      run: 'yarn ringfence',
      isInFolder: false,
    }
  }
  if (has('package-lock.json')) return { install: ['npm ci'], run: 'npx --no -- ringfence', isInFolder: true }
  return { install: [], run: 'npx --yes -- ringfence', isInFolder: false }
}
