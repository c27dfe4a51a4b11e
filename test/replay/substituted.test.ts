import { expect, test } from 'vitest'
import { replay } from '../../src/replay/replay.ts'
import { loadParser } from '../../src/sql/parse.ts'

await loadParser()

/** Replays SQL that a reader of the file put in the place of what stands there. */
function replaySubstituted(...sql: readonly string[]) {
  const text = sql.map((_, at) => `call(${at})`).join('\n')
  const parts = sql.map((one, at) => {
    const start = text.indexOf(`call(${at})`)
    return { kind: 'substituted' as const, sql: one, start, end: start + 7 }
  })
  return replay([{ file: '1.ts', text, parts, session: 'new' }]).model
}

test('the code of a routine is read from what was put in, not from what stands in the file', () => {
  const model = replaySubstituted(
    `create function enable(t text) returns void language plpgsql as $$
      begin execute format('alter table %I enable row level security', t); end $$`,
    'create table invoices (); select enable($$invoices$$)',
  )
  expect(model.unmodelled.size).toBe(0)
  expect(model.relations.get('public.invoices')?.rowSecurityEnabled).toBe(true)
})

test('what a block does is placed where the block was put in', () => {
  const model = replaySubstituted(
    'select 1',
    'do $$ begin\n\n create table invoices (id int); perform nothing(); end $$',
  )
  expect(model.relations.get('public.invoices')?.source).toEqual({ file: '1.ts', start: 8, end: 15 })
  expect([...model.unmodelled.values()].map(({ source, text }) => [source, text])).toEqual([
    [{ file: '1.ts', start: 8, end: 15 }, 'SELECT nothing()'],
  ])
})
