import { Kysely, PostgresDialect } from 'kysely'
import { expect, test } from 'vitest'
import { tenantContext } from '../../../src/kysely/context/tenant-context.ts'
import { RoundTrips } from '../../context/round-trips.ts'
import { asA, asB, declaration, poolOf, tenancyOn } from '../../context/tenancy.ts'
import { testServer } from '../../server.ts'
import { kyselyOver, notesOf, type Tables } from './database.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant } = tenantContext(declaration)

test('a context takes as many round trips as a plain transaction', async () => {
  const trips = new RoundTrips()
  const pool = poolOf(await newDatabase(), { max: 1, stream: trips.stream })
  const unguarded = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const db = kyselyOver(pool)
  await withTenant(db, asA, notesOf)
  const plain = await trips.of(() =>
    unguarded.transaction().execute((trx) => trx.selectNoFrom((eb) => eb.val(1).as('one')).execute()),
  )
  expect(plain).toBe(3)
  expect(await trips.of(() => withTenant(db, asB, notesOf))).toBe(plain)
  const failing = () => withTenant(db, asA, () => Promise.reject(new Error('no'))).catch(() => undefined)
  expect(await trips.of(failing)).toBe(2)
})
