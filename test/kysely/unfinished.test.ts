import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { unfinishedMessage, watchUnfinished } from '../../src/kysely/unfinished.ts'
import { tenancy } from './bed.ts'
import { type ScratchProject, scratchProject } from './scratch-project.ts'

/** No connection is ever asked for. */
const db = new Kysely<unknown>({
  dialect: new PostgresDialect({ pool: () => Promise.reject(new Error('there is no server here')) }),
})

describe('a builder that is never executed', () => {
  test('is told of by the watch over the migration, with its place', async () => {
    const { unfinished } = await watchUnfinished(async () => {
      tenancy.createTenantTable(db, 'invoices').addColumn('number', 'integer')
      await Promise.resolve()
      tenancy.createChildTable(db, 'lines', { parent: 'invoices', column: 'invoice_id' })
      tenancy.createGlobalTable(db, 'currencies').compile()
    })
    expect(unfinished.map(unfinishedMessage)).toEqual([
      expect.stringMatching(
        /^createTenantTable\("invoices"\) was never executed, at test\/kysely\/unfinished\.test\.ts:15: end it with \.execute\(\)$/,
      ),
      expect.stringMatching(/^createChildTable\("lines"\) was never executed/),
    ])
  })

  test('is no matter of another migration that is watched meanwhile', async () => {
    const both = [
      watchUnfinished(async () => {
        tenancy.createTenantTable(db, 'a')
        await new Promise((resolve) => setTimeout(resolve, 5))
      }),
      watchUnfinished(async () => {
        tenancy.createTenantTable(db, 'b')
      }),
    ]
    const found = (await Promise.all(both)).map(({ unfinished }) => unfinished.map(({ call }) => call))
    expect(found).toEqual([['createTenantTable("a")'], ['createTenantTable("b")']])
  })

  test('that fails to execute has been executed', async () => {
    const { unfinished } = await watchUnfinished(async () => {
      await expect(tenancy.createTenantTable(db, 'a').execute()).rejects.toThrow('no server here')
      await expect(tenancy.createTenantTable(db, 'a').ifNotExists().execute()).rejects.toThrow('ifNotExists')
    })
    expect(unfinished).toEqual([])
  })
})

describe('without a guard', () => {
  let project: ScratchProject
  beforeAll(() => {
    project = scratchProject(inject('cli'))
    project.write(
      'db.ts',
      `import { Kysely, PostgresDialect } from 'kysely'
       import { defineTenancy } from 'ringfence/kysely'
       const pool = () => Promise.reject(new Error('there is no server here'))
       export const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
       export const tenancy = defineTenancy({})`,
    )
  })
  afterAll(() => project.destroy())

  const run = async (code: string) => {
    project.write('main.ts', `import { db, tenancy } from './db.ts'\n${code}\n`)
    return project.run(['--import', 'jiti/register', 'main.ts'])
  }

  test('it is warned of, and the process ends in failure', async () => {
    const { status, output } = await run("tenancy.createTenantTable(db, 'invoices').addColumn('a', 'text')")
    expect(output).toMatch(
      /RingfenceWarning: createTenantTable\("invoices"\) was never executed, at main\.ts:2/,
    )
    expect(output).toMatch(/Error: createTenantTable\("invoices"\) was never executed, at main\.ts:2/)
    expect(status).not.toBe(0)
  })

  test('one that is kept for a while and then executed is no failure', async () => {
    const { status } = await run(`
      const builder = tenancy.createTenantTable(db, 'invoices')
      await new Promise((resolve) => setTimeout(resolve, 20))
      builder.compile()`)
    expect(status).toBe(0)
  })

  test('one that is executed at once is nothing to speak of', async () => {
    const { status, output } = await run("tenancy.createTenantTable(db, 'invoices').compile()")
    expect({ status, output }).toEqual({ status: 0, output: '' })
  })
})
