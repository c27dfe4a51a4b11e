import { expect, test } from 'vitest'
import type { CheckResult } from '../../src/findings/check-result.ts'
import { checkGithub } from '../../src/report/check-github.ts'
import { awkwardFiles, awkwardPlaces, hostileTable, openTable, resultOf, steers } from './result.ts'

interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** What GitHub's runner makes of a log: one command a line, cut at the next colons, properties at commas and equals signs. */
function commands(result: CheckResult, quiet = false): Command[] {
  const log = checkGithub(result, quiet)
  expect(steers(log)).toBe(false)
  const rows = log.split('\n')
  expect(rows.pop()).toBe('')
  return rows.map((row) => {
    const end = row.indexOf('::', 2)
    expect(row.startsWith('::') && end > 0).toBe(true)
    const [name = '', ...rest] = row.slice(2, end).split(' ')
    const pairs = rest
      .join(' ')
      .split(',')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), decoded(pair.slice(pair.indexOf('=') + 1))] as const)
    return { name, properties: Object.fromEntries(pairs), data: decoded(row.slice(end + 2)) }
  })
}

function decoded(text: string): string {
  return text.replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')
}

test('an annotation stands on the lines of the statement, and has columns where that is one line', async () => {
  const found = commands(await resultOf(awkwardFiles)).filter(
    ({ properties }) => properties.title === 'ringfence: row-security-not-enabled',
  )
  expect(found.map(({ properties: { title, ...place } }) => place)).toEqual(
    awkwardPlaces.map(({ file, line, column, endLine, endColumn }) => ({
      file,
      line: String(line),
      endLine: String(endLine),
      ...(line === endLine ? { col: String(column), endColumn: String(endColumn) } : {}),
    })),
  )
})

test('errors come first, for GitHub shows ten of a kind', async () => {
  const names = commands(
    await resultOf({ 'migrations/1.sql': openTable('a'), 'migrations/2.sql': openTable('b') }),
  ).map(({ name }) => name)
  expect(names).toEqual([...names].sort())
  expect(new Set(names)).toEqual(new Set(['error', 'warning']))
})

test('the message holds the help and the fix', async () => {
  const sql = `${openTable('notes')}alter table notes enable row level security;`
  const found = commands(await resultOf({ 'migrations/1.sql': sql }))
  const unforced = found.find(({ properties }) => properties.title === 'ringfence: row-security-not-forced')
  expect(unforced?.data).toContain('\nFix:\nalter table public.notes force row level security;')
})

test('names of tables and files can start no command and add no property', async () => {
  const file = 'migrations/1,line=9::error::%0A.sql'
  const result = await resultOf({ [file]: hostileTable })
  const found = commands(result)
  expect(found).toHaveLength(result.findings.length)
  expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['error', 'warning']))
  for (const { properties } of found) {
    const known = ['file', 'line', 'endLine', 'col', 'endColumn', 'title']
    expect(Object.keys(properties).filter((name) => !known.includes(name))).toEqual([])
    expect(properties.file).toBe(file)
  }
})

test('what stands in no file has a title alone', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  const findings = result.findings.map((finding) => ({ ...finding, file: null, source: null }))
  for (const { properties } of commands({ ...result, findings })) {
    expect(Object.keys(properties)).toEqual(['title'])
  }
})

test('quiet leaves the errors alone, and no finding gives no line', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  expect(new Set(commands(result, true).map(({ name }) => name))).toEqual(new Set(['error']))
  expect(checkGithub({ ...result, findings: [] }, false)).toBe('')
})
