import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { blocksOfPages } from '../../scripts/doc-blocks.ts'
import { check } from '../../src/run/check.ts'

const [example] = blocksOfPages().filter(
  ({ page, language }) => page === 'docs/getting-started/supabase.md' && language === 'sql',
)

async function findingsOf(sql: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'supabase/migrations'), { recursive: true })
  writeFileSync(join(folder, 'supabase/migrations/20260101000000_first.sql'), sql)
  const { result } = await check(
    { cwd: folder, paths: ['supabase/migrations'], layout: null, config: null },
    { databaseUrl: null, engine: null, statementTimeout: 0, onProgress: () => {} },
  )
  return result.findings.map(({ check, subject }) => `${check} ${subject}`)
}

test('the tables of the page are safe on Supabase, and no longer without row security', async () => {
  const sql = example?.text ?? ''
  expect(await findingsOf(sql)).toEqual([])
  const unprotected = sql.replace('alter table public.invoices enable row level security;', '')
  expect(await findingsOf(unprotected)).toContain('policies-dormant public.invoices')
})
