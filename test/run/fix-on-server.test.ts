import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BadExample, Check } from '../../src/checks/define-check.ts'
import { checks } from '../../src/checks/index.ts'
import { fix } from '../../src/run/fix.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { tenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { findingsOf, showsIn, tenancyOf, textsOf } from '../checks/examples.ts'
import { prelude, preludeTenancy } from '../checks/prelude.ts'
import { Stage } from '../checks/stage.ts'
import { tree } from '../replay/layouts/tree.ts'
import { testedMajor, testServer } from '../server.ts'

const server = testServer()
let stage: Stage

beforeAll(async () => {
  await loadParser()
  stage = await Stage.open(await server().database.connect())
})
afterAll(() => stage.close())

const mending = checks.filter((check) => check.fix !== undefined && runsHere(check))

function runsHere({ postgres }: Pick<Check, 'postgres'>): boolean {
  return (postgres?.from ?? testedMajor) <= testedMajor && testedMajor <= (postgres?.to ?? testedMajor)
}

function examplesOf(check: Check): readonly { readonly example: BadExample; readonly name: string }[] {
  return check.bad
    .filter(
      (example) => runsHere(example) && example.byHand === undefined && showsIn('replay', check, example),
    )
    .map((example) => ({ example, name: example.name }))
}

/** What is composed for a history of the prelude and an example. */
async function composed({ sql, tenancy }: BadExample) {
  const texts = [prelude, ...textsOf(sql)]
  const cwd = tree(
    Object.fromEntries(texts.map((text, at) => [`m/${String(at).padStart(3, '0')}_a.sql`, text])),
  )
  const declared = tenancyDeclaration.parse({ ...preludeTenancy, ...tenancy })
  const config = { file: 'c.json', tenancy: declared, checks: {}, paths: [], baseline: null }
  const request = { cwd, paths: [], layout: null, config: { ...config, migrations: [{ path: 'm' }] } }
  return await fix(request, { name: 'mend', now: new Date(), isPlaced: true })
}

describe.each(mending.map((check) => ({ check, id: check.id })))('$id', ({ check }) => {
  test.each(examplesOf(check))('what is composed mends on a server, or is left out: $name', ({ example }) =>
    stage.undone(async () => {
      const { sql, mended, remaining } = await composed(example)
      const own = (finding: { readonly check: string }) => finding.check === check.id
      const left = remaining.filter(({ finding }) => own(finding))
      const subjects = [...mended.filter(own), ...left.map(({ finding }) => finding)].map(
        ({ subject }) => subject,
      )
      expect(subjects.sort()).toEqual([...example.finds].sort())
      for (const { why } of left) expect(why).toMatch(/^[A-Z].*/)
      if (sql === null || !showsIn('catalog', check, example)) return
      await stage.apply(example.sql)
      const tenancy = tenancyOf(example.tenancy)
      const rows = await stage.rows(await stage.model(), tenancy, example.rows)
      await stage.apply(sql)
      const found = findingsOf(check, { model: await stage.model(), tenancy })
      expect(found.map(({ subject }) => subject)).toEqual(left.map(({ finding }) => finding.subject))
      if (left.length > 0 || example.leaks === undefined) return
      expect((await stage.attempt(example.leaks, rows, example.as)).verdict).toBe('held')
    }),
  )
})
