import fc from 'fast-check'
import { expect, test } from 'vitest'
import { statements } from '../replay/every-family.ts'
import { modelOf } from '../replay/fixture.ts'
import { unplaced } from '../replay/plain.ts'
import { choices, respell } from '../sql/respell.ts'
import { knownHistories, type ToldHistory, tenancyOf, verdictOf } from './histories.ts'

const spelling = fc.array(fc.nat(1000), { minLength: 1, maxLength: 200 })

function judged({ files, tenancy }: Omit<ToldHistory, 'name'>) {
  const model = modelOf(files.map((sql, at) => [`${at}.sql`, sql] as const))
  return { verdict: verdictOf(model, tenancy), model: unplaced(model) }
}

function expectSame(history: Omit<ToldHistory, 'name'>, runs: number) {
  const written = judged(history)
  fc.assert(
    fc.property(spelling, (numbers) => {
      const choose = choices(numbers)
      const files = history.files.map((sql) => respell(sql, choose))
      expect(judged({ ...history, files })).toEqual(written)
    }),
    { numRuns: runs },
  )
}

test.each(knownHistories())('comments, case, quoting and white space change no verdict: $name', (history) => {
  expectSame(history, 2)
})

test('comments, case, quoting and white space change nothing in a history of any statements', () => {
  const tenancy = tenancyOf({ tenantKey: 'tenant_id', appRoles: ['r'] })
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...statements), { maxLength: 20 }), (list) => {
      expectSame({ files: [`${list.join(';\n')};`], tenancy }, 3)
    }),
    { numRuns: 100 },
  )
})
