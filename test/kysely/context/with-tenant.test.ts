import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { tenantContext } from '../../../src/kysely/context/tenant-context.ts'
import { asA, asB, declaration, look, poolOf, tenancyOn, tenantA, userA } from '../../context/tenancy.ts'
import { testServer } from '../../server.ts'
import { kyselyOver, notesOf, type Tables } from './database.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant, withUser } = tenantContext(declaration)

test('fn sees the rows of its tenant, as the app role', async () => {
  const db = kyselyOver(poolOf(await newDatabase()))
  expect(await withTenant(db, asA, notesOf)).toEqual(['A1', 'A2'])
  expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
  const role = await withTenant(db, asA, (trx) => sql`select current_user as role`.execute(trx))
  expect(role.rows).toEqual([{ role: 'app_user' }])
})

test('a tenant that the user is no member of shows no rows', async () => {
  const db = kyselyOver(poolOf(await newDatabase()))
  expect(await withTenant(db, { tenantId: asB.tenantId, userId: userA }, notesOf)).toEqual([])
})

test('what fn writes is committed when it is done', async () => {
  const database = await newDatabase()
  const db = kyselyOver(poolOf(database))
  await withTenant(db, asA, (trx) => trx.insertInto('invoices').values({ number: 3 }).execute())
  expect(await look(database, 'select tenant_id from invoices where number = 3')).toEqual([
    { tenant_id: tenantA },
  ])
})

test('what fn wrote is rolled back when it throws, and its error comes through', async () => {
  const database = await newDatabase()
  const db = kyselyOver(poolOf(database, { max: 1 }))
  const failure = new Error('no stock')
  const run = withTenant(db, asA, async (trx) => {
    await trx.insertInto('invoices').values({ number: 3 }).execute()
    throw failure
  })
  await expect(run).rejects.toBe(failure)
  expect(await look(database, 'select from invoices where number = 3')).toEqual([])
  expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
})

test('a user without a tenant calls what is for users', async () => {
  const db = kyselyOver(poolOf(await newDatabase()))
  const { rows } = await withUser(db, { userId: userA }, (trx) =>
    sql`select id from app.my_tenants()`.execute(trx),
  )
  expect(rows).toEqual([{ id: tenantA }])
})

test('a Kysely without a guarded dialect is refused, with what to write instead', async () => {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolOf(await newDatabase()) }) })
  await expect(withTenant(db, asA, notesOf)).rejects.toThrow('dialect: guardDialect(new PostgresDialect(')
})

describe('a context within a context', () => {
  test('of the same tenant runs in the same transaction, through the root and through the transaction', async () => {
    const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }))
    await withTenant(db, asA, async (trx) => {
      await trx.insertInto('invoices').values({ number: 3, note: 'A3' }).execute()
      expect(await withTenant(db, asA, notesOf)).toContain('A3')
      expect(await withTenant(trx, asA, notesOf)).toContain('A3')
    })
  })

  test('keeps the plugins of the database that it is entered through', async () => {
    const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }))
    const rows = await withTenant(db, asA, () =>
      withTenant(db.withSchema('public').withPlugin(new CamelCasePlugin()), asA, async (trx) => {
        const query = trx.selectFrom('invoices').select('tenant_id').limit(1)
        expect(query.compile().sql).toContain('"public"."invoices"')
        return await query.execute()
      }),
    )
    expect(rows).toEqual([{ tenantId: tenantA }])
  })

  test('of another tenant is refused, and names both', async () => {
    const db = kyselyOver(poolOf(await newDatabase()))
    const run = withTenant(db, asA, () => withTenant(db, asB, notesOf))
    await expect(run).rejects.toMatchObject({
      code: 'other context',
      message: expect.stringMatching(`${asB.tenantId}.* can't be entered: the context of .*${asA.tenantId}`),
    })
  })

  test('through a transaction of a context that is over is refused', async () => {
    const db = kyselyOver(poolOf(await newDatabase()))
    const trx = await withTenant(db, asA, async (own) => own)
    await expect(withTenant(trx, asA, notesOf)).rejects.toMatchObject({ code: 'ended' })
    await expect(notesOf(trx)).rejects.toThrow('already committed')
  })
})

describe('the root database', () => {
  test('is refused outside of a context, with the line', async () => {
    const db = kyselyOver(poolOf(await newDatabase()))
    const failure = notesOf(db)
    await expect(failure).rejects.toMatchObject({ code: 'no context' })
    await expect(failure).rejects.toThrow(
      /a query without a context.* \(test\/kysely\/context\/database\.ts:\d+:\d+\)/,
    )
  })

  test('is refused inside of a context, with the line', async () => {
    const db = kyselyOver(poolOf(await newDatabase()))
    const failure = withTenant(db, asA, () => notesOf(db))
    await expect(failure).rejects.toMatchObject({ code: 'other context' })
    await expect(failure).rejects.toThrow(
      /a query beside the transaction of tenant .*: use the one that fn is given \(test\/kysely\/context\/database\.ts:\d+:\d+\)/,
    )
  })

  test.each([
    ['raw SQL', (db: Kysely<Tables>) => sql`select 1`.execute(db)],
    ['another schema', (db: Kysely<Tables>) => db.withSchema('public').selectFrom('invoices').execute()],
    ['no plugins', (db: Kysely<Tables>) => db.withoutPlugins().selectFrom('invoices').execute()],
    ['a connection', (db: Kysely<Tables>) => db.connection().execute((one) => sql`select 1`.execute(one))],
    ['a transaction', (db: Kysely<Tables>) => db.transaction().execute((trx) => notesOf(trx))],
    ['a controlled transaction', (db: Kysely<Tables>) => db.startTransaction().execute()],
    ['introspection', (db: Kysely<Tables>) => db.introspection.getTables()],
    ['a stream', (db: Kysely<Tables>) => db.selectFrom('invoices').selectAll().stream().next()],
  ])('is refused for %s, in and out of a context', async (_kind, use) => {
    const db = kyselyOver(poolOf(await newDatabase()))
    await expect(use(db)).rejects.toMatchObject({ code: 'no context' })
    await expect(withTenant(db, asA, () => use(db).then(() => undefined))).rejects.toMatchObject({
      code: 'other context',
    })
  })
})

describe('the transaction', () => {
  test('has savepoints', async () => {
    const db = kyselyOver(poolOf(await newDatabase()))
    await withTenant(db, asA, async (trx) => {
      const saved = await trx.savepoint('before').execute()
      const twice = saved.insertInto('invoices').values({ number: 1 }).execute()
      await expect(twice).rejects.toMatchObject({ code: '23505' })
      await saved.rollbackToSavepoint('before').execute()
      await trx.insertInto('invoices').values({ number: 3, note: 'A3' }).execute()
      const kept = await trx.savepoint('after').execute()
      await kept.releaseSavepoint('after').execute()
    })
    expect(await withTenant(db, asA, notesOf)).toEqual(['A1', 'A2', 'A3'])
  })

  test('in which an error was swallowed is told to be lost', async () => {
    const database = await newDatabase()
    const db = kyselyOver(poolOf(database, { max: 1 }))
    const run = withTenant(db, asA, async (trx) => {
      await trx.insertInto('invoices').values({ number: 3 }).execute()
      await trx
        .insertInto('invoices')
        .values({ number: 1 })
        .execute()
        .catch(() => undefined)
    })
    await expect(run).rejects.toMatchObject({ code: 'aborted' })
    expect(await look(database, 'select from invoices where number = 3')).toEqual([])
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
  })

  test('is not committed by fn', async () => {
    const database = await newDatabase()
    const db = kyselyOver(poolOf(database, { max: 1 }))
    const run = withTenant(db, asA, async (trx) => {
      await trx.insertInto('invoices').values({ number: 3 }).execute()
      await trx.commit().execute()
    })
    await expect(run).rejects.toThrow('is committed when fn is done, not within it')
    expect(await look(database, 'select from invoices where number = 3')).toEqual([])
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
  })

  test('that fn rolls back is told to be lost', async () => {
    const database = await newDatabase()
    const db = kyselyOver(poolOf(database, { max: 1 }))
    const run = withTenant(db, asA, async (trx) => {
      await trx.insertInto('invoices').values({ number: 3 }).execute()
      await trx.rollback().execute()
    })
    await expect(run).rejects.toThrow('was rolled back within it')
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
  })

  test('has none within it', async () => {
    const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }))
    const run = withTenant(db, asA, (trx) => trx.startTransaction().execute())
    await expect(run).rejects.toThrow(/use a savepoint|not supported/) // From 0.29 on by Kysely itself.
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
  })
})

describe('a stream', () => {
  test('reads the rows of its tenant', async () => {
    const db = kyselyOver(poolOf(await newDatabase()))
    const notes = await withTenant(db, asA, async (trx) => {
      const found: (string | null)[] = []
      for await (const { note } of trx.selectFrom('invoices').select('note').orderBy('number').stream(1)) {
        found.push(note)
      }
      return found
    })
    expect(notes).toEqual(['A1', 'A2'])
  })

  test('that is left before its end lets the transaction go on', async () => {
    const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }))
    await withTenant(db, asA, async (trx) => {
      for await (const _row of trx.selectFrom('invoices').selectAll().stream(1)) break
      expect(await notesOf(trx)).toEqual(['A1', 'A2'])
    })
  })

  test.each(['returns', 'throws'])('that fn leaves open when it %s is closed', async (end) => {
    const database = await newDatabase()
    const db = kyselyOver(poolOf(database, { max: 1 }))
    const run = withTenant(db, asA, async (trx) => {
      await trx.insertInto('invoices').values({ number: 3 }).execute()
      await trx.selectFrom('invoices').selectAll().stream(1).next()
      if (end === 'throws') throw new Error('enough')
    })
    if (end === 'throws') await expect(run).rejects.toThrow('enough')
    else await run
    expect(await withTenant(db, asB, notesOf)).toEqual(['B1', 'B2'])
    const rows = await look(database, 'select from invoices where number = 3')
    expect(rows).toHaveLength(end === 'throws' ? 0 : 1)
  })

  test('that outlives its context ends with an error', async () => {
    const db = kyselyOver(poolOf(await newDatabase(), { max: 1 }))
    const stream = await withTenant(db, asA, async (trx) => {
      const own = trx.selectFrom('invoices').selectAll().stream(1)
      await own.next()
      return { own }
    })
    await expect(stream.own.next()).resolves.toMatchObject({ done: true })
  })
})
