import fc from 'fast-check'
import { expect, test } from 'vitest'
import { statements } from './every-family.ts'
import { historyOf, modelOf } from './fixture.ts'
import { plain } from './plain.ts'

const script = fc.array(fc.constantFrom(...statements), { maxLength: 30 })
const boundary = fc.constantFrom(
  'begin',
  'commit',
  'rollback',
  'savepoint s1',
  'rollback to s1',
  'release s1',
  'commit and chain',
)

test('statements in any order, with transactions anywhere, replay without throwing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...statements) }, boundary), {
        maxLength: 40,
      }),
      (list) => {
        const history = historyOf(list.map((sql, at) => [`${at % 3}.sql`, `${sql};`] as const))
        for (const { model } of history.steps()) expect(model.focus).toBeNull()
      },
    ),
    { numRuns: 150 },
  )
})

test('statements with pieces cut out or doubled replay without throwing', () => {
  const cut = fc.tuple(script, fc.nat(2000), fc.nat(40), fc.boolean()).map(([list, at, length, twice]) => {
    const text = list.join(';\n')
    const start = at % (text.length + 1)
    const piece = text.slice(start, start + length)
    return text.slice(0, start) + (twice ? piece + piece : '') + text.slice(start + length)
  })
  fc.assert(
    fc.property(cut, (sql) => {
      expect(modelOf(sql).relations).toBeInstanceOf(Map)
    }),
    { numRuns: 200 },
  )
})

test('what a transaction did is gone after ROLLBACK', () => {
  fc.assert(
    fc.property(script, script, (before, inside) => {
      const history = (list: readonly string[]) => plain(modelOf(`${list.join(';\n')};`))
      expect(history([...before, 'begin', ...inside, 'rollback'])).toEqual(
        history([...before, 'begin', 'rollback']),
      )
    }),
    { numRuns: 100 },
  )
})

test('the last step of a history is its model', () => {
  fc.assert(
    fc.property(script, (list) => {
      const history = historyOf(list.map((sql, at) => [`${at}.sql`, sql] as const))
      const end = plain(history.model)
      let last: unknown = end
      for (const step of history.steps()) last = plain(step.model)
      expect(last).toEqual(end)
      expect(plain(history.model)).toEqual(end)
    }),
    { numRuns: 50 },
  )
})
