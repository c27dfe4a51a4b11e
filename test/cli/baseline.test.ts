import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, ringfence } from './ringfence.ts'

const open = 'create table public.notes (id uuid primary key, tenant_id uuid not null);\n'
const accepting = '-- ringfence: accept row-security-not-enabled on public.notes because x\n'
const config = JSON.stringify({ migrations: ['m'], checks: { 'tenant-key-not-indexed': 'off' } })

test('--update-baseline writes beside the config what the text then says is accepted, and a new defect is told', () => {
  const folder = folderWith({ 'db/ringfence.config.json': config, 'db/m/1.sql': open })
  const check = (...args: string[]) =>
    ringfence(['check', '--config', 'db/ringfence.config.json', ...args], folder)
  expect(check().code).toBe(1)
  const written = check('--update-baseline')
  expect(written).toMatchObject({ code: 0 })
  expect(written.stderr).toMatch(
    /^db\/ringfence-baseline\.json: \d accepted; \d added, of them \d of severity error/m,
  )
  expect(written.stderr).toContain('is read where it is named: with --baseline')
  expect(check().code).toBe(1)
  expect(check('--baseline', 'db/ringfence-baseline.json').stdout).toMatch(/Accepted: \d by the baseline\./)
  const named = folderWith({
    'ringfence.config.json': config.replace('{', '{"baseline":"ringfence-baseline.json",'),
    'm/1.sql': open,
    'm/2.sql': open.replaceAll('notes', 'files'),
    'ringfence-baseline.json': readFileSync(join(folder, 'db/ringfence-baseline.json'), 'utf8').replaceAll(
      'db/',
      '',
    ),
  })
  const { code, stdout } = ringfence(['check'], named)
  expect(code).toBe(1)
  expect(stdout).toContain('public.files')
  expect(stdout).not.toContain('public.notes')
})

test.each([
  ['is not there', {}, "baseline.json: the baseline can't be read"],
  [
    'is of another version',
    { 'baseline.json': '{"version":9}' },
    'baseline.json: is a baseline of version 9',
  ],
  ['is no baseline', { 'baseline.json': '{\n"version":1,"findings":[{}]}' }, 'baseline.json:2:'],
])('a baseline that %s is told in a sentence, and nothing is checked', (_, files, message) => {
  const folder = folderWith({ 'm/1.sql': open, ...files })
  const { code, stdout, stderr } = ringfence(['check', 'm', '--baseline', 'baseline.json'], folder)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
  expect(stderr).not.toContain('RINGFENCE_DEBUG')
})

test('text and JSON tell how many comments accept', () => {
  const folder = folderWith({ 'ringfence.config.json': config, 'm/1.sql': accepting + open })
  expect(ringfence(['check'], folder).stdout).toContain('Accepted: 1 in the SQL.')
  expect(JSON.parse(ringfence(['check', '--format=json'], folder).stdout).summary).toMatchObject({
    suppressed: 1,
    baselined: 0,
  })
})

test('explain tells what is found of comments and of baselines', () => {
  expect(ringfence(['explain'], folderWith({})).stdout).toContain('suppression-unused')
  expect(ringfence(['explain', 'suppression-expired'], folderWith({})).stdout).toContain('until 2020-12-31')
})
