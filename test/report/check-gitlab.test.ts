import { expect, test } from 'vitest'
import type { CheckResult } from '../../src/findings/check-result.ts'
import { checkGitlab } from '../../src/report/check-gitlab.ts'
import { awkwardFiles, awkwardPlaces, hostileTable, openTable, resultOf, steers } from './result.ts'
import { codeQuality } from './schemas.ts'

/** The entries of the report, which are valid. */
function entries(result: CheckResult, quiet = false) {
  const text = checkGitlab(result, quiet)
  expect(steers(text)).toBe(false)
  const list = codeQuality(text)
  for (const { description } of list) expect(steers(description)).toBe(false)
  return list
}

test('an entry names the file and the line of the statement', async () => {
  const found = entries(await resultOf(awkwardFiles)).filter(
    ({ check_name }) => check_name === 'row-security-not-enabled',
  )
  expect(found.map(({ location }) => location)).toEqual(
    awkwardPlaces.map(({ file, line, endLine }) => ({ path: file, lines: { begin: line, end: endLine } })),
  )
  expect(found[0]).toMatchObject({ severity: 'critical', description: expect.stringContaining('astral') })
})

test('a fingerprint that comes twice gets a number', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  const findings = [...result.findings, ...result.findings]
  const list = entries({ ...result, findings })
  expect(list.map(({ fingerprint }) => fingerprint.replace(/-2$/, ''))).toEqual(
    findings.map(({ fingerprint }) => fingerprint),
  )
})

test('what stands in no file is told of the database', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  const findings = result.findings.map((finding) => ({ ...finding, file: null, source: null }))
  const server = { version: '18.4', database: 'shop' }
  expect(entries({ ...result, findings, server })[0]?.location).toEqual({
    path: 'the database shop (PostgreSQL 18.4)',
    lines: { begin: 1, end: 1 },
  })
})

test('a name that is markup or steers a terminal keeps the report valid', async () => {
  const result = await resultOf({ 'migrations/1.sql': hostileTable })
  expect(entries(result)).toHaveLength(result.findings.length)
})

test('quiet leaves the errors alone, and no finding gives an empty list', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  expect(new Set(entries(result, true).map(({ severity }) => severity))).toEqual(new Set(['critical']))
  expect(entries({ ...result, findings: [] })).toEqual([])
})
