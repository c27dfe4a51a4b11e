import { expect, test } from 'vitest'
import { type CheckResult, nothingRead } from '../../src/findings/check-result.ts'
import { checkJunit } from '../../src/report/check-junit.ts'
import { awkwardFiles, hostileTable, openTable, resultOf, steers } from './result.ts'
import { junitErrors } from './schemas.ts'

/** The report, which Jenkins's schema accepts. */
async function junit(result: CheckResult, quiet = false): Promise<string> {
  const xml = checkJunit(result, quiet)
  expect(steers(xml)).toBe(false)
  expect(await junitErrors(xml)).toEqual([])
  return xml
}

test('an error is a test that fails, with the place and the statement in its text', async () => {
  const xml = await junit(await resultOf(awkwardFiles))
  expect(xml).toContain('classname="migrations/2_crlf" name="row-security-not-enabled: public.crlf"')
  expect(xml).toContain('at migrations/2_crlf.sql:3:3\n3 |   create table public.crlf (\n')
  expect(xml).toContain('at migrations/1 \u00e4%#?&amp;.sql:2:10\n')
})

test('a warning is a test that passes, with its text', async () => {
  const xml = await junit(await resultOf({ 'migrations/1.sql': openTable('notes') }))
  const [, warned = ''] = xml.split('name="tenant-key-not-indexed: public.notes"')
  expect(warned.slice(0, warned.indexOf('</testcase>'))).toMatch(/<system-out>warning: /)
  expect(xml).toMatch(
    /<testsuite name="migrations\/1.sql" tests="(\d+)" failures="(?!\1")[1-9]\d*" errors="0">/,
  )
})

test('a file in which nothing was found is a test that passes', async () => {
  const xml = await junit(
    await resultOf({ 'migrations/1.sql': 'create schema app;', 'migrations/2.sql': openTable('notes') }),
  )
  expect(xml).toMatch(
    /<testsuite name="migrations\/1.sql" tests="1" failures="0" errors="0">\s*<testcase classname="migrations\/1" name="no finding">/,
  )
})

test('the totals are those of the suites', async () => {
  const xml = await junit(await resultOf(awkwardFiles))
  const sum = (name: string) =>
    [...xml.matchAll(new RegExp(`<testsuite [^>]*${name}="(\\d+)"`, 'g'))].reduce(
      (total, [, number]) => total + Number(number),
      0,
    )
  expect(xml).toContain(`<testsuites name="ringfence" tests="${sum('tests')}" failures="${sum('failures')}"`)
})

test('what stands in no file is told of the database, and a database with nothing passes', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  const server = { version: '18.4', database: 'shop' }
  const findings = result.findings.map((finding) => ({ ...finding, file: null, source: null }))
  const name = 'the database shop (PostgreSQL 18.4)'
  expect(await junit({ ...result, checked: [], findings, server })).toContain(`<testsuite name="${name}"`)
  expect(await junit({ ...result, checked: [], findings: [], server })).toContain(
    `<testcase classname="${name}" name="no finding">`,
  )
})

test('a name that is markup, steers a terminal or is no character of XML keeps the report valid', async () => {
  const xml = await junit(await resultOf({ 'migrations/1.sql': hostileTable }))
  expect(xml).toContain('a|b`&lt;b&gt;\u21b5::error::\ufffd[31m%0A')
  expect(xml).not.toContain(']]>')
})

test('quiet leaves the errors alone', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  expect(await junit(result)).toContain('system-out')
  expect(await junit(result, true)).not.toContain('system-out')
})

test('a run that had nothing to read is a test that passes', async () => {
  expect(await junit(nothingRead)).toMatch(/<testsuites name="ringfence" tests="1" failures="0" errors="0">/)
})
