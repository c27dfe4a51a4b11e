import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testServer } from '../../server.ts'
import { attempts } from './attempts.ts'
import {
  errorsIn,
  type GuardStage,
  migrate,
  nativeStage,
  nativeTemplate,
  pgliteStage,
  relationsIn,
} from './stage.ts'

const server = testServer()

const platforms = {
  native: async () => await nativeStage(server(), await nativeTemplate(server())),
  pglite: pgliteStage,
}

describe.each(['native', 'pglite'] as const)('an unsafe table is not committed on %s by', (platform) => {
  let stage: GuardStage
  let before: readonly (readonly string[])[]

  beforeAll(async () => {
    stage = await platforms[platform]()
    await migrate(stage, {})
    before = [await errorsIn(stage), await relationsIn(stage)]
  }, 60_000)
  afterAll(() => stage.close())

  const tried = Object.entries(attempts).filter(([, { only }]) => only === undefined || only === platform)

  test.each(tried)('%s', async (_, { migrations, options, refused, given }) => {
    if (given) await stage.admin.query(given[0])
    const { error } = await migrate(stage, migrations, options)
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (given) await stage.admin.query(given[1])
    expect([await errorsIn(stage), await relationsIn(stage)]).toEqual(before)
    await stage.admin.query('delete from kysely_migration')
    expect(String(error)).toMatch(refused)
    const isAMatterOfTime = refused.test('undefined')
    if (platform !== 'native' || isAMatterOfTime) return
    if (given) await stage.admin.query(given[0])
    const thorough = await migrate(stage, migrations, { ...options, thorough: true })
    if (given) await stage.admin.query(given[1])
    await stage.admin.query('delete from kysely_migration')
    expect(String(thorough.error).replace(/made_\d+_\d+/g, 'made')).toBe(
      String(error).replace(/made_\d+_\d+/g, 'made'),
    )
  })
})
