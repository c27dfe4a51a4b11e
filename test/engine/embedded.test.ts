import { expect, test } from 'vitest'
import { testedMajor, testServer } from '../server.ts'

const server = testServer()

test('a database is a fresh one', async () => {
  expect(Math.floor(server().serverVersion / 10_000)).toBe(testedMajor)
  const database = await server().createDatabase()
  const connection = await database.connect()
  await connection.query('create table t(a int); create role "x y"')
  expect(await connection.query('select current_database()')).toEqual([{ current_database: database.name }])
  await connection.close()
  const snapshot = await database.snapshot()
  await database.reset(snapshot)
  await server().reset()
})
