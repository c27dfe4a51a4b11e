import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { git, history, repositoryWith, stage, table, write } from '../run/git/scratch.ts'
import { folderWith, ringfence, startRingfence } from './ringfence.ts'

test('with no migration staged, --staged says so in one line and ends with 0, and JSON stays JSON', () => {
  const folder = repositoryWith(history)
  expect(ringfence(['check', '--staged'], folder)).toEqual({
    code: 0,
    stdout: '',
    stderr: 'nothing is staged\n',
  })
  const { code, stdout } = ringfence(['check', '--staged', '--format', 'json'], folder)
  expect(JSON.parse(stdout)).toMatchObject({ summary: { files: 0 }, findings: [] })
  expect(code).toBe(0)
})

test('an unsafe migration that is staged ends with 1, and leaves no temporary folder, even where it is ended by a signal', async () => {
  const folder = repositoryWith(history)
  stage(folder, 'db/migrations/004_bills.sql', table('bills'))
  write(folder, 'db/migrations/004_bills.sql', '')
  const temporary = folderWith({})
  const { code, stdout } = ringfence(['check', '--staged'], folder, { TMPDIR: temporary })
  expect(stdout).toContain('public.bills has no row security')
  expect(code).toBe(1)
  expect(readdirSync(temporary)).toEqual([])
  const { child, outcome } = startRingfence(['check', '--staged'], folder, { TMPDIR: temporary })
  const kill = setInterval(() => {
    if (readdirSync(temporary).length > 0) child.kill('SIGTERM')
  }, 1)
  await outcome
  clearInterval(kill)
  expect(readdirSync(temporary)).toEqual([])
})

test('--since judges a branch, and doubts both questions at once', () => {
  const folder = repositoryWith(history)
  git(folder, 'checkout', '--quiet', '-b', 'branch')
  write(folder, 'db/migrations/004_bills.sql', table('bills'))
  expect(ringfence(['check', '--since', 'main'], folder)).toMatchObject({ code: 1 })
  expect(ringfence(['check', '--since', '-x'], folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('git knows no revision "-x"'),
  })
  expect(ringfence(['check', '--since', 'main', '--staged'], folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--staged and --since ask about different changes'),
  })
})
