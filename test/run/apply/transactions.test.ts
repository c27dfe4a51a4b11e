import { afterEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/engine/engine.ts'
import type { FileTransaction } from '../../../src/replay/migration.ts'
import { applyMigrations } from '../../../src/run/apply/apply-migrations.ts'
import { testServer } from '../../server.ts'
import { failureOf, files } from './migrations.ts'

const server = testServer()
afterEach(() => server().reset())

async function tablesOf(database: Database): Promise<string[]> {
  const connection = await database.connect()
  const rows = await connection.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
  )
  await connection.close()
  return rows.map(({ name }) => name)
}

/** What is left of files whose last statement fails, and what the failure says of it. */
async function leftAfterFailure(transaction: FileTransaction, ...texts: readonly string[]) {
  const database = await server().createDatabase()
  const failure = await failureOf(applyMigrations(database, files(texts, { transaction })))
  return { tables: await tablesOf(database), failure }
}

describe('a statement fails half-way', () => {
  const failing = 'create table b (id int);\ncreate table c (\n  id nothing\n);'

  test('in a transaction around the file, nothing of the file is left', async () => {
    const { tables, failure } = await leftAfterFailure('around', 'create table a (id int);', failing)
    expect(tables).toEqual(['a'])
    expect(failure).toBe(
      '2.sql:3:6 type "nothing" does not exist (SQLSTATE 42704) | Nothing of the file is applied.',
    )
  })

  test('outside of transactions, what stands before it is left', async () => {
    const { tables, failure } = await leftAfterFailure('none', 'create table a (id int);', failing)
    expect(tables).toEqual(['a', 'b'])
    expect(failure).toMatch(/\| The first statement of the file is applied\.$/)
  })

  test('in one transaction around the history, nothing at all is left', async () => {
    const { tables } = await leftAfterFailure('history', 'create table a (id int);', failing)
    expect(tables).toEqual([])
  })

  test('of one message, what came after its last COMMIT is gone', async () => {
    const { tables, failure } = await leftAfterFailure(
      'one-message',
      `create table a (id int); commit; ${failing}`,
    )
    expect(tables).toEqual(['a'])
    expect(failure).toMatch(/\| The first 2 statements of the file are applied\.$/)
  })

  test('a transaction of the file itself is rolled back', async () => {
    const { tables } = await leftAfterFailure('none', `begin; ${failing} commit;`)
    expect(tables).toEqual([])
  })
})

describe('what PostgreSQL refuses in a transaction', () => {
  const concurrently = 'create index concurrently i on a (id);'

  test.each<[FileTransaction, string]>([
    ['none', `select; ${concurrently}`],
    ['where-possible', `select; ${concurrently}`],
    ['one-message', concurrently],
  ])('runs in a file of the manner %s', async (transaction, text) => {
    const database = await server().createDatabase()
    await applyMigrations(database, files(['create table a (id int)', text], { transaction }))
  })

  test.each<[FileTransaction, string]>([
    ['around', concurrently],
    ['history', concurrently],
    ['one-message', `select; ${concurrently}`],
  ])('fails in a file of the manner %s', async (transaction, text) => {
    const { failure } = await leftAfterFailure(transaction, 'create table a (id int)', text)
    expect(failure).toContain('cannot run inside a transaction block')
  })
})

test('BEGIN in one message makes the transaction outlast it', async () => {
  const database = await server().createDatabase()
  const texts = [
    'create table a (id int); begin; create table b (id int);',
    'rollback; create table c (id int);',
  ]
  await applyMigrations(database, files(texts, { transaction: 'one-message' }))
  expect(await tablesOf(database)).toEqual(['c'])
})

test('a failure that is told of is passed over, and the transaction goes on', async () => {
  const database = await server().createDatabase()
  const failures: (string | null)[] = []
  const text =
    'create table a (id int); create table a (id int); savepoint s; create table b (id int); rollback to s;'
  await applyMigrations(database, files([text], { transaction: 'around' }), {
    onFailure: ({ message, hint }) => failures.push(message, hint),
  })
  expect(failures).toEqual(['relation "a" already exists (SQLSTATE 42P07)', ''])
  expect(await tablesOf(database)).toEqual(['a'])
})
