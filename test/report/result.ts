import { loadConfig } from '../../src/config/load-config.ts'
import type { CheckResult } from '../../src/findings/check-result.ts'
import { check } from '../../src/run/check.ts'
import { folderWith } from '../cli/ringfence.ts'

/** What a check of these files finds, in `migrations`; the rest of the files lie beside it. */
export async function resultOf(files: Readonly<Record<string, string>>): Promise<CheckResult> {
  const cwd = folderWith(files)
  const config = await loadConfig({ cwd, file: null })
  const server = { databaseUrl: null, engine: null, statementTimeout: 0, onProgress: () => undefined }
  return (await check({ cwd, paths: ['migrations'], layout: null, config }, server)).result
}

/** A name that is markup, a command, an escape sequence, a placeholder and a link; no longer than names may be. */
export const hostileName = 'a|b`<b>\n::error::\u001b[31m%0A,:{0}[f](//g)&amp;@\u0007\u202e]]>\ufffe"'

/** A table by that name, open to all. */
export const hostileTable = `create table public."${hostileName.replaceAll('"', '""')}" (id int primary key, tenant_id uuid);\n`

export const openTable = (name: string): string =>
  `create table public.${name} (id int primary key, tenant_id uuid not null);\n`

/**
 * Three files with an open table each, on the second or third line: behind characters of two and of four bytes, with CRLF, and
 * with a byte-order mark and a tab.
 */
export const awkwardFiles = {
  'migrations/1 \u00e4%#?&.sql': `-- \u00e9\ud83d\ude00\n/* \ud83d\ude00 */ ${openTable('astral')}`,
  'migrations/2_crlf.sql': `-- one\r\n\r\n  create table public.crlf (\r\n  id int,\r\n  tenant_id uuid not null);\r\n`,
  'migrations/3_mark.sql': `\ufeff\t${openTable('mark')}`,
} as const

/** Where `row-security-not-enabled` points in those, from 1, the last column behind the statement. */
export const awkwardPlaces = [
  { file: 'migrations/1 \u00e4%#?&.sql', line: 2, column: 10, endLine: 2, endColumn: 82 },
  { file: 'migrations/2_crlf.sql', line: 3, column: 3, endLine: 5, endColumn: 27 },
  { file: 'migrations/3_mark.sql', line: 1, column: 2, endLine: 1, endColumn: 72 },
] as const

/** Whether a text holds what steers a terminal, or turns text. */
export const steers = (text: string): boolean => /[^\P{Cc}\t\n]|\p{Bidi_Control}/u.test(text)
