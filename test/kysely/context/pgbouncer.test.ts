import { describe, expect, test } from 'vitest'
import { tenantContext } from '../../../src/kysely/context/tenant-context.ts'
import { bouncedPool, pgBouncer } from '../../context/pgbouncer.ts'
import { asA, asB, billing, declaration, tenancyOn } from '../../context/tenancy.ts'
import { testServer } from '../../server.ts'
import { kyselyOver, notesOf } from './database.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withSystemTask } = tenantContext(declaration)

describe.skipIf(pgBouncer === undefined)('behind a PgBouncer in transaction mode', () => {
  test('of 400 runs of two tenants at once, with tasks and errors in between, none sees a row of another', async () => {
    const db = kyselyOver(await bouncedPool(await newDatabase()))
    const runs = Array.from({ length: 400 }, async (_, at) => {
      const [own, expected] = at % 2 === 0 ? [asA, ['A1', 'A2']] : [asB, ['B1', 'B2']]
      if (at % 10 === 3) expect(await withSystemTask(db, billing, notesOf)).toHaveLength(4)
      if (at % 10 === 7) {
        const wrong = withTenant(db, own, (trx) => trx.insertInto('invoices').values({ number: 1 }).execute())
        await expect(wrong).rejects.toMatchObject({ code: '23505' })
      }
      expect(await withTenant(db, own, notesOf)).toEqual(expected)
    })
    await Promise.all(runs)
  })
})
