import { expect, test } from 'vitest'
import { checks } from '../../src/checks/index.ts'
import type { CheckResult } from '../../src/findings/check-result.ts'
import { checkSarif } from '../../src/report/check-sarif.ts'
import { awkwardFiles, awkwardPlaces, hostileTable, openTable, resultOf, steers } from './result.ts'
import { sarifLog } from './schemas.ts'

/** The report, which the schema accepts. */
function sarif(result: CheckResult, quiet = false) {
  const text = checkSarif(result, { version: '1.2.3', checks, quiet })
  expect(steers(text)).toBe(false)
  const [run] = sarifLog(text).runs
  return { run, results: run?.results ?? [], rules: run?.tool.driver.rules ?? [] }
}

test('lines and columns are those of the statement, in UTF-16 units, behind astral characters, CRLF, a mark and tabs', async () => {
  const { run, results } = sarif(await resultOf(awkwardFiles))
  expect(run?.columnKind).toBe('utf16CodeUnits')
  const found = results.filter(({ ruleId }) => ruleId === 'row-security-not-enabled')
  expect(found.map(({ locations }) => locations?.[0]?.physicalLocation?.region)).toEqual(
    awkwardPlaces.map(({ line, column, endLine, endColumn }) => ({
      startLine: line,
      startColumn: column,
      endLine,
      endColumn,
    })),
  )
})

test('a path is a relative reference, encoded, below the root that is declared', async () => {
  const { run, results } = sarif(await resultOf(awkwardFiles))
  const { artifactLocation } = results[0]?.locations?.[0]?.physicalLocation ?? {}
  expect(artifactLocation).toEqual({ uri: 'migrations/1%20%C3%A4%25%23%3F%26.sql', uriBaseId: '%SRCROOT%' })
  expect(Object.keys(run?.originalUriBaseIds ?? {})).toEqual(['%SRCROOT%'])
})

test('every rule has a title and help, and every result the index of its own', async () => {
  const { results, rules } = sarif(await resultOf({ 'migrations/1.sql': openTable('notes') }))
  expect(rules.length).toBeGreaterThan(1)
  for (const { shortDescription, help } of rules) {
    expect(shortDescription?.text).not.toBe('')
    expect(help?.text).toContain('When to accept it:')
    expect(help?.markdown).toContain('```sql\n')
  }
  expect(results.map(({ ruleIndex }) => rules[ruleIndex ?? -1]?.id)).toEqual(
    results.map(({ ruleId }) => ruleId),
  )
})

test('severities become levels, and what GitHub sorts by follows the config', async () => {
  const config = JSON.stringify({
    migrations: ['migrations'],
    checks: { 'row-security-not-enabled': 'warning' },
  })
  const { results, rules } = sarif(
    await resultOf({ 'migrations/1.sql': openTable('notes'), 'ringfence.config.json': config }),
  )
  const levels = new Map(results.map(({ ruleId, level }) => [ruleId, level]))
  expect(levels.get('row-security-not-enabled')).toBe('warning')
  const rule = rules.find(({ id }) => id === 'row-security-not-enabled')
  expect(rule?.defaultConfiguration?.level).toBe('error')
  expect(rule?.properties?.['security-severity']).toBe('5.0')
})

test('the fingerprint stays while lines and text change, and no two are the same', async () => {
  const prints = async (sql: string) =>
    sarif(await resultOf({ 'migrations/1.sql': sql })).results.map(
      ({ partialFingerprints }) => partialFingerprints?.['checkAndSubject/v1'],
    )
  const before = await prints(openTable('notes'))
  expect(new Set(before).size).toBe(before.length)
  expect(await prints(`-- moved\n\n${openTable('notes').replace('id int', 'id bigint')}`)).toEqual(before)
})

test('a name can neither make a link or an argument of the message, nor steer a terminal', async () => {
  const { results } = sarif(await resultOf({ 'migrations/1.sql': hostileTable }))
  for (const { message, locations } of results) {
    expect(message.text).not.toMatch(/\]\(/)
    expect(message.text?.replaceAll('{{', '').replaceAll('}}', '')).not.toMatch(/[{}]/)
    expect(steers(locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName ?? '')).toBe(false)
  }
  expect(results.some(({ message }) => message.text?.includes('{{0}}'))).toBe(true)
})

test('what stands in no file has the subject for a location', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  const findings = result.findings.map((finding) => ({ ...finding, file: null, source: null }))
  const { results } = sarif({ ...result, findings })
  expect(results[0]?.locations).toEqual([{ logicalLocations: [{ fullyQualifiedName: 'public.notes' }] }])
})

test('statements that were not modelled are told as a notification', async () => {
  const { run } = sarif(
    await resultOf({
      'migrations/1.sql': `${openTable('notes')}do $$ begin execute current_setting('app.sql'); end $$;`,
    }),
  )
  expect(run?.invocations?.[0]?.toolExecutionNotifications).toEqual([
    { level: 'warning', message: { text: '1 statement could not be modelled.' } },
  ])
})

test('quiet leaves the errors alone', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  expect(new Set(sarif(result).results.map(({ level }) => level))).toEqual(new Set(['error', 'warning']))
  expect(new Set(sarif(result, true).results.map(({ level }) => level))).toEqual(new Set(['error']))
})

test('without findings the log is valid and has no rules', async () => {
  const { results, rules } = sarif(await resultOf({ 'migrations/1.sql': 'create schema app;' }))
  expect({ results, rules }).toEqual({ results: [], rules: [] })
})
