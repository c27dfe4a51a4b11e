import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checks } from '../src/checks/index.ts'
import type { EngineConnection } from '../src/engine/engine.ts'
import type { Migration } from '../src/replay/migration.ts'
import { loadParser } from '../src/sql/parse.ts'
import { supabasePrelude } from '../src/templates/supabase.ts'
import { bothSources } from './agreement/both-sources.ts'
import { beginning, randomHistory } from './agreement/random-history.ts'
import { textsOf } from './checks/examples.ts'
import { prelude } from './checks/prelude.ts'
import { testServer } from './server.ts'

await loadParser()

/** How many random histories to try, drawn anew each time; without it always the same few. */
const runs = process.env.RINGFENCE_AGREEMENT_RUNS

const server = testServer()
let connection: EngineConnection

beforeAll(async () => {
  connection = await (await server().createDatabase()).connect()
})
afterAll(() => connection.close())

function history(texts: readonly string[]): Migration[] {
  return texts.map((text, at) => ({
    file: `${at}.sql`,
    text,
    parts: [{ kind: 'sql', start: 0, end: text.length }],
    session: 'same',
  }))
}

describe.each(checks.map((check) => ({ check, id: check.id })))('the examples of $id', ({ check }) => {
  test.each([...check.bad, ...check.good].map((example) => ({ example, name: example.name })))(
    '$name: a replay and a server hold the same',
    async ({ example }) => {
      const { silent } = await bothSources(connection, history([prelude, ...textsOf(example.sql)]))
      expect(silent).toEqual([])
    },
  )
})

test('of the example migrations a replay and a server hold the same, and all of it is compared', async () => {
  const folder = new URL('../migrations-example/migrations/', import.meta.url)
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  const texts = names.map((name) => readFileSync(new URL(name, folder), 'utf8'))
  const { differences, notCompared, refused } = await bothSources(connection, history(texts))
  expect({ differences, notCompared, refused }).toEqual({ differences: [], notCompared: [], refused: [] })
})

test('of histories of any statements a replay and a server hold the same', async () => {
  await fc.assert(
    fc.asyncProperty(randomHistory, async (statements) => {
      const text = [...beginning, ...statements].join(';\n')
      const { silent } = await bothSources(connection, history([text]))
      expect(silent).toEqual([])
    }),
    runs === undefined ? { numRuns: 40, seed: 1 } : { numRuns: Number(runs) },
  )
}, 300_000)

test('of the platform that comes before the first migration a replay and a server hold the same', async () => {
  const { silent } = await bothSources(connection, [
    { ...supabasePrelude, parts: [{ kind: 'sql', start: 0, end: supabasePrelude.text.length }] },
  ])
  expect(silent).toEqual([])
})
