import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { formats } from '../../src/cli/formats.ts'

const top = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(top, file), 'utf8')
const page = read('docs/ci.md')
const action: { readonly inputs: Readonly<Record<string, unknown>> } = parse(read('action.yml'))

const [workflow, include] = page
  .split('```yaml\n')
  .slice(1)
  .map((rest) => parse(rest.slice(0, rest.indexOf('\n```'))))

/** The first column of the table under a heading. */
function rowsUnder(heading: string): string[] {
  const section = page.slice(page.indexOf(`\n## ${heading}\n`) + 1).split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name)
}

test('the workflow uses the action of the package, with inputs that it has', () => {
  const steps: { uses?: string; with?: object }[] = workflow.jobs.check.steps
  const own = steps.find(({ uses }) => uses === './node_modules/ringfence')
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(own?.with ?? {})))
  expect(own).toBeDefined()
  expect(JSON.parse(read('package.json')).files).toEqual(expect.arrayContaining(['action.yml', 'ci']))
})

test('the table of inputs is that of the action, and the table of formats that of the command line', () => {
  expect(rowsUnder('GitHub').sort()).toEqual(Object.keys(action.inputs).sort())
  expect(rowsUnder('Reports')).toEqual([...formats])
})

test('the file that is included is the one that is copied', () => {
  const [{ local }] = include.include
  expect(page).toContain(`Copy \`node_modules/ringfence/ci/gitlab.yml\` to \`${local}\``)
})
