import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BadExample, Check, Found, GoodExample, PostgresVersions } from '../src/checks/define-check.ts'
import { checks } from '../src/checks/index.ts'
import type { SchemaModel } from '../src/model/schema-model.ts'
import { driftOf } from '../src/run/drift.ts'
import { loadParser } from '../src/sql/parse.ts'
import { writeName } from '../src/templates/row-security.ts'
import type { Tenancy } from '../src/tenancy/tenancy.ts'
import { findingsOf, type Played, play, showsIn, tenancyOf } from './checks/examples.ts'
import { owner } from './checks/prelude.ts'
import { expectProse } from './checks/prose.ts'
import { own, type Rows } from './checks/rows.ts'
import { codeOf, Stage, type Verdict } from './checks/stage.ts'
import { testedMajor, testServer } from './server.ts'

const server = testServer()
let stage: Stage

beforeAll(async () => {
  await loadParser()
  stage = await Stage.open(await server().database.connect())
})
afterAll(() => stage.close())

test('the app role is bound by row security and reads its own rows', () =>
  stage.undone(async () => {
    await stage.rows(await stage.model(), tenancyOf())
    await stage.apply(`
      create table app.closed as select 1 as one;
      alter table app.closed enable row level security;
      grant select on app.closed to app_user;`)
    expect(await stage.asTenant('select * from app.closed')).toEqual([])
    expect(await stage.asTenant('select id from app.tenants')).toEqual([{ id: own.tenant }])
    expect(await stage.asTenant('select id from app.users')).toEqual([{ id: own.user }])
  }))

test('no check finds anything in the prelude of the examples', async () => {
  const live = { model: await stage.model(), tenancy: tenancyOf() }
  expect(checks.flatMap((check) => findingsOf(check, live))).toEqual([])
})

function runsHere({ postgres }: { readonly postgres?: PostgresVersions }): boolean {
  return (postgres?.from ?? testedMajor) <= testedMajor && testedMajor <= (postgres?.to ?? testedMajor)
}

function named<E extends BadExample | GoodExample>(examples: readonly E[]) {
  return examples.filter(runsHere).map((example) => ({ example, name: example.name }))
}

describe.each(checks.filter(runsHere).map((check) => ({ check, id: check.id })))('$id', ({ check }) => {
  test.each(named(check.bad))('finds: $name', ({ example }) =>
    stage.undone(async () => {
      const isShown = showsIn('catalog', check, example)
      const tenancy = tenancyOf(example.tenancy)
      const refusal = await refusalOf(() => stage.apply(example.sql))
      if (refusal !== null && !isShown) return
      expect(refusal).toBeNull()
      const live = { model: await modelByHand(example, tenancy), tenancy }
      const found = findingsOf(check, live)
      expect(found.map(({ subject }) => subject)).toEqual(isShown ? [...example.finds] : [])
      for (const one of found) expectProse(one)
      const defects = isShown ? found : findingsOf(check, play(example.sql, example.tenancy))
      for (const { relation } of isShown ? [] : defects) expect(relationsWithErrors(live)).toContain(relation)

      const rows = await stage.rows(live.model, tenancy, example.rows)
      const attempt = async () =>
        example.leaks === undefined ? null : await stage.attempt(example.leaks, rows, example.as)
      expect((await attempt())?.verdict ?? 'leaked').toBe('leaked')
      if (check.fix === undefined) return
      const unmended = await fix(check, defects)
      const left = findingsOf(check, { model: await stage.model(), tenancy })
      expect(left.map(({ subject }) => subject)).toEqual(unmended.map(({ subject }) => subject))
      if (unmended.length === 0) expect((await attempt())?.verdict ?? 'held').toBe('held')
    }),
  )

  test.each(named(check.good))('lets pass: $name', ({ example }) =>
    stage.undone(async () => {
      const tenancy = tenancyOf(example.tenancy)
      await stage.apply(example.sql)
      const model = await modelByHand(example, tenancy)
      expect(findingsOf(check, { model, tenancy })).toEqual([])
      const rows = await stage.rows(model, tenancy)
      const leaks = new Set(check.bad.filter(runsHere).flatMap((bad) => bad.leaks ?? []))
      const reads = leaks.size === 0 ? [] : readsOfTenantRows(model, tenancy)
      for (const query of [...leaks, ...reads]) {
        expect((await attemptIfItApplies(query, rows)).verdict, query).toBe('held')
      }
    }),
  )
})

/** The model of a server on which the migrations were run and then something was changed by hand, held against them. */
async function modelByHand(
  { sql, byHand, ...example }: BadExample | GoodExample,
  tenancy: Tenancy,
): Promise<SchemaModel> {
  if (byHand !== undefined) await stage.apply(byHand)
  const model = await stage.model()
  if (model.server === null) throw new Error('a server has no facts of itself')
  const { drift } = driftOf(play(sql, example.tenancy).model, model, tenancy, owner)
  return { ...model, server: { ...model.server, drift } }
}

/** What the server says against it, where it refuses a statement. */
async function refusalOf(act: () => Promise<void>): Promise<string | null> {
  try {
    await act()
    return null
  } catch (error) {
    if (error instanceof Error && codeOf(error)?.startsWith('42')) return error.message
    throw error
  }
}

/** What a source cannot show under this id stands under another one. */
function relationsWithErrors(live: Played): (string | null)[] {
  const errors = checks.filter(({ severity }) => severity === 'error')
  return [null, ...errors.flatMap((check) => findingsOf(check, live).map(({ relation }) => relation))]
}

/** Applies what mends the defects, and returns those that can't be mended mechanically. */
async function fix(check: Check, defects: readonly Found[]): Promise<Found[]> {
  const unmended: Found[] = []
  for (const defect of defects) {
    const migration = check.fix?.(defect) ?? null
    if (migration === null) unmended.push(defect)
    else await stage.apply(migration)
  }
  return unmended
}

function readsOfTenantRows({ relations }: SchemaModel, tenancy: Tenancy): string[] {
  const shared = [...tenancy.systemTables, ...tenancy.globalTables.map(({ relation }) => relation)]
  return [...relations.values()]
    .filter(({ id, kind }) => kind !== 'foreign-table' && !shared.includes(id))
    .map((relation) => `select * from ${writeName(relation)}`)
}

/** Of a namespace, a column, an object, a function, a relation, and of a role in SET ROLE. */
const undefinedObjects: readonly (string | null)[] = ['3F000', '42703', '42704', '42883', '42P01', '22023']

/** A query of another example may name what is not there. */
async function attemptIfItApplies(query: string, rows: Rows): Promise<Verdict> {
  try {
    return await stage.attempt(query, rows)
  } catch (error) {
    if (!undefinedObjects.includes(codeOf(error))) throw error
    return { verdict: 'held', refusal: String(error) }
  }
}
