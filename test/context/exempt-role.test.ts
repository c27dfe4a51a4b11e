import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { RoundTrips } from './round-trips.ts'
import { asA, declaration, loginTo, look, poolOf, tenancyOn } from './tenancy.ts'

const newDatabase = tenancyOn(testServer())
const { withTenant } = tenantContext(declaration)
const count = async (client: Pick<pg.ClientBase, 'query'>) =>
  (await client.query('select from invoices')).rowCount

/** What the context says to a login role that is made by these statements. */
async function refusalOf(user: string, ...statements: string[]): Promise<string> {
  const database = await newDatabase()
  for (const statement of statements) await look(database, statement)
  const pool = poolOf(database, {}, user)
  const run = withTenant(pool, asA, count)
  const message = await run.then(
    () => 'ran',
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  )
  await pool.end()
  return message
}

describe('refused is a login role that', () => {
  test('is a superuser', async () => {
    expect(await refusalOf('postgres')).toContain(
      "exempt role: the connection's role postgres is a superuser, or has BYPASSRLS or CREATEROLE: row security does not hold it",
    )
  })

  test('has BYPASSRLS', async () => {
    const message = await refusalOf('free', 'create role free login bypassrls; grant app_user to free')
    expect(message).toContain('role free is a superuser, or has BYPASSRLS or CREATEROLE')
  })

  test('has CREATEROLE', async () => {
    const message = await refusalOf('maker', 'create role maker login createrole; grant app_user to maker')
    expect(message).toContain('role maker is a superuser, or has BYPASSRLS or CREATEROLE')
  })

  test('can become a role that has BYPASSRLS, through another', async () => {
    const roles =
      'create role dumps bypassrls; create role between; create role way login; grant dumps to between; grant between, app_user to way'
    expect(await refusalOf('way', roles)).toContain(
      'role way can become dumps, which is a superuser, or has BYPASSRLS or CREATEROLE',
    )
  })

  test('can become the owner of a table', async () => {
    const roles =
      'create role owning login noinherit; alter role migrator nocreaterole; grant migrator, app_user to owning'
    expect(await refusalOf('owning', roles)).toMatch(
      /role owning owns (app|public)\.\w+, or can become its owner/,
    )
  })

  test('can become the owner of the context functions', async () => {
    const roles = 'create role insider login; grant app_context, app_user to insider'
    expect(await refusalOf('insider', roles)).toMatch(/exempt role: .* role insider/)
  })

  test('can not become the app role, by the server', async () => {
    const message = await refusalOf('stranger', 'create role stranger login')
    expect(message).toMatch(
      /^not opened: the context of tenant .* could not be opened: permission denied to set role "app_user"/,
    )
  })
})

test('a login role that does not inherit the app role is let in', async () => {
  const roles = 'create role distant login noinherit; grant app_user to distant'
  expect(await refusalOf('distant', roles)).toBe('ran')
})

test('a session that has set another role is judged by its login', async () => {
  const database = await newDatabase()
  const client = new pg.Client(loginTo(database, 'postgres'))
  await client.connect()
  await client.query('set role app_user')
  await expect(withTenant(client, asA, count)).rejects.toMatchObject({ code: 'exempt role' })
  await client.end()
})

test('each connection is looked at once', async () => {
  const trips = new RoundTrips()
  const pool = poolOf(await newDatabase(), { max: 2, stream: trips.stream })
  const both = () => Promise.all([withTenant(pool, asA, count), withTenant(pool, asA, count)])
  await both()
  expect(pool.totalCount).toBe(2)
  expect(await trips.of(both)).toBe(6)
})

test('a connection that is refused once is refused again', async () => {
  const pool = poolOf(await newDatabase(), { max: 1 }, 'postgres')
  for (const _ of [1, 2]) {
    await expect(withTenant(pool, asA, count)).rejects.toMatchObject({ code: 'exempt role' })
  }
})
