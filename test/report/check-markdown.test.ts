import { Marked, type Token, type Tokens } from 'marked'
import { expect, test } from 'vitest'
import type { CheckResult } from '../../src/findings/check-result.ts'
import { checkMarkdown } from '../../src/report/check-markdown.ts'
import { awkwardFiles, hostileName, hostileTable, openTable, resultOf, steers } from './result.ts'

interface Page {
  readonly text: string
  /** Everything that a reader of Markdown sees in it, nested or not. */
  readonly tokens: readonly Token[]
  readonly cells: readonly (readonly string[])[]
  readonly fences: readonly string[]
}

function page(result: CheckResult, quiet = false): Page {
  const text = checkMarkdown(result, quiet)
  expect(steers(text)).toBe(false)
  const tokens: Token[] = []
  const marked = new Marked()
  marked.walkTokens(marked.lexer(text), (token) => {
    tokens.push(token)
  })
  const tables = tokens.filter((token): token is Tokens.Table => token.type === 'table')
  const cells = tables.flatMap(({ rows }) => rows.map((row) => row.map((cell) => decoded(cell.text))))
  const blocks = tokens.filter((token): token is Tokens.Code => token.type === 'code')
  return { text, tokens, cells, fences: blocks.map((block) => block.text) }
}

/** The text of a cell as it is displayed. */
function decoded(html: string): string {
  return html.replace(/<\/?code>/g, '').replace(/&#(\d+);/g, (_, number) => String.fromCharCode(number))
}

test('the verdict comes first, then a table with a row for each finding', async () => {
  const result = await resultOf(awkwardFiles)
  const { text, cells } = page(result)
  expect(text).toMatch(/^## ringfence: rejected\n\n\*\*\d+ errors, \d+ warnings\*\* in 3 files, /)
  expect(cells).toHaveLength(result.findings.length)
  expect(cells).toContainEqual([
    'error',
    'row-security-not-enabled',
    'public.crlf',
    'migrations/2_crlf.sql:3',
  ])
  expect(cells).toContainEqual(
    expect.arrayContaining(['row-security-not-enabled', 'migrations/1 \u00e4%#?&.sql:2']),
  )
})

test('a finding shows its statement, and the fix as SQL', async () => {
  const { text, fences } = page(
    await resultOf({
      'migrations/1.sql': `${openTable('notes')}alter table notes enable row level security;`,
    }),
  )
  expect(fences.some((fence) => fence.includes('2 | alter table notes enable row level security'))).toBe(true)
  expect(text).toContain('```sql\nalter table public.notes force row level security;\n```')
})

test('no name makes markup: a reader of Markdown sees the same kinds of things as with a plain one', async () => {
  const kinds = ({ tokens }: Page) => new Set(tokens.map(({ type }) => type))
  const hostile = page(await resultOf({ 'migrations/1.sql': hostileTable }))
  const plain = page(await resultOf({ 'migrations/1.sql': openTable('notes').replace(' not null', '') }))
  expect(kinds(hostile)).toEqual(kinds(plain))
  const html = hostile.tokens.flatMap((token) => (token.type === 'html' ? [token.raw.trim()] : []))
  expect(new Set(html)).toEqual(new Set(['<code>', '</code>']))
  const shown = `public."${hostileName.replaceAll('"', '""')}"`
    .replaceAll('\n', '\u21b5')
    .replace(/\p{Cc}|\p{Bidi_Control}/gu, '\ufffd')
  expect(hostile.cells.map(([, , subject]) => subject)).toContain(shown)
})

test('a fence is longer than any in the statement', async () => {
  const sql = `create table notes (\n\`\`\`\`\n--</pre><script>\n`
  const result = await resultOf({
    'migrations/1.sql': openTable('notes'),
    'migrations/2.sql': `create function f() returns int language sql as '\n${sql.replaceAll("'", "''")}\n';`,
  })
  const source = { file: 'migrations/2.sql', start: 0, end: 80 }
  const [first] = result.findings
  if (first === undefined) throw new Error('nothing was found')
  const texts = new Map([['migrations/2.sql', `select '\n${sql}';`.padEnd(80)]])
  const { fences, tokens } = page({ ...result, texts, findings: [{ ...first, source }] })
  expect(fences[0]).toContain('````\n')
  expect(tokens.some(({ type, raw }) => type === 'html' && raw.includes('script'))).toBe(false)
})

test('many findings are counted, and stay below what GitHub takes', async () => {
  const sql = Array.from({ length: 400 }, (_, at) => openTable(`t${at}`)).join('')
  const { text, cells } = page(await resultOf({ 'migrations/1.sql': sql }))
  expect(cells).toHaveLength(201)
  expect(cells.at(-1)?.[1]).toMatch(/^and \d+ more$/)
  expect(text).toMatch(/The statements of \d+ more findings are not shown\.\n$/)
  expect(text.length).toBeLessThan(200_000)
})

test('no finding is a verdict alone', async () => {
  const { text } = page(await resultOf({ 'migrations/1.sql': 'create schema app;' }))
  expect(text).toBe('## ringfence: passed\n\n**0 errors, 0 warnings** in 1 file, 1 statement, 0 relations.\n')
})

test('what stands in no file is told of the database', async () => {
  const result = await resultOf({ 'migrations/1.sql': openTable('notes') })
  const findings = result.findings.map((finding) => ({ ...finding, file: null, source: null }))
  const { cells } = page({ ...result, findings, server: { version: '18.4', database: 'shop' } })
  expect(cells[0]?.[3]).toBe('the database shop (PostgreSQL 18.4)')
})
