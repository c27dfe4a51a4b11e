import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { inOneMessage, statement, wireLiteral } from '../../src/context/statement.ts'
import { type ContextDeclaration, tenantContext } from '../../src/pg.ts'
import { testServer } from '../server.ts'
import { tenantA, userA } from './tenancy.ts'

const server = testServer()

/** A pool that no test may get as far as to use. */
const unused = new pg.Pool({ host: '/nonexistent' })

const refusal = async (declared: ContextDeclaration, values: Record<string, unknown>) => {
  const { withTenant } = tenantContext(declared)
  const options: object = { tenantId: tenantA, userId: userA, ...values }
  const run = withTenant(unused, options as Parameters<typeof withTenant>[1], async () => 'ran')
  return await run.then(
    () => 'ran',
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  )
}

describe('before anything is sent, refused is', () => {
  test.each([
    [{ tenantId: undefined }, 'tenantId is missing'],
    [{ tenantId: null }, 'tenantId is missing'],
    [{ tenantId: '' }, 'tenantId is missing'],
    [{ tenantId: 'acme' }, 'tenantId is not a uuid'],
    [{ tenantId: 7 }, 'tenantId is a number, not a text'],
    [{ tenantId: [tenantA] }, 'tenantId is a object, not a text'],
    [{ tenantId: { toString: () => tenantA } }, 'tenantId is a object, not a text'],
    [{ tenantId: `${tenantA}\n` }, 'tenantId is not a uuid'],
    [{ tenantId: ` ${tenantA}` }, 'tenantId is not a uuid'],
    [{ tenantId: `${tenantA}'; drop table tenants; --` }, 'tenantId is not a uuid'],
    [{ tenantId: tenantA.replaceAll('-', '') }, 'tenantId is not a uuid'],
    [{ userId: undefined }, 'userId is missing'],
    [{ userId: "x', true); reset role; --" }, 'userId is not a uuid'],
    [{ source: 7 }, 'source is a number, not a text'],
    [{ source: ' ', log: true }, 'source is empty'],
    [{ source: 'a\0b', log: true }, 'source holds a zero byte'],
    [{ source: 'a\ud800b', log: true }, 'source is not well-formed Unicode'],
    [{ log: true }, 'source is missing: the access log names it'],
    [{ log: 'yes', source: 'export' }, 'log is neither true nor false'],
    [{ isolationLevel: 'serializable; commit' }, 'isolationLevel is none of read committed'],
    [{ accessMode: 'read only; commit' }, 'accessMode is none of read write, read only'],
  ])('%j', async (values, message) => {
    expect(await refusal({}, values)).toContain(`invalid value: ${message}`)
  })

  test.each([
    [{ tenantId: 1.5 }, 'tenantId is a number that is not exact'],
    [{ tenantId: 2 ** 53 }, 'tenantId is a number that is not exact'],
    [{ tenantId: Number.NaN }, 'tenantId is a number that is not exact'],
    [{ tenantId: '1 or 1=1' }, 'tenantId is not a whole number'],
    [{ tenantId: '1e3' }, 'tenantId is not a whole number'],
    [{ tenantId: '٣' }, 'tenantId is not a whole number'],
    [{ tenantId: '9223372036854775808' }, 'tenantId is beyond the range of bigint'],
    [{ tenantId: true }, 'tenantId is a boolean, not a whole number'],
    [{ tenantId: 1n, userId: 1 }, 'userId is a number, not a text'],
  ])('a key of type bigint: %o', async (values, message) => {
    expect(await refusal({ keyType: 'bigint' }, values)).toContain(`invalid value: ${message}`)
  })

  test('a value that may be a secret, without repeating it', async () => {
    const message = await refusal({}, { tenantId: 'hunter2-hunter2', userId: 'hunter2' })
    expect(message).toContain('tenantId')
    expect(message).not.toContain('hunter2')
  })

  test('a context without values', async () => {
    const { withTenant } = tenantContext({})
    const nothing: unknown = undefined
    const run = withTenant(unused, nothing as Parameters<typeof withTenant>[1], async () => 'ran')
    await expect(run).rejects.toThrow('the second argument of withTenant is missing')
  })
})

test('more system tasks than are allowed are refused where the context is declared', () => {
  const systemTasks = ['a', 'b', 'c'].map((name) => ({ name, role: name, reason: 'x' }))
  expect(() => tenantContext({ systemTasks })).toThrow('3 system tasks, and 2 are allowed')
})

test('a text is read back as it was, whatever it holds and whatever the session was left with', async () => {
  const database = await server().createDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  const texts = ["'", '\\', "\\'; drop table x; --", "é\\' or 1=1", '表\\', '𝔘', '\u0001\n\t', '']
  const session = ['standard_conforming_strings = off', "client_encoding = 'SJIS'", "client_encoding = 'GBK'"]
  for (const setting of [null, ...session]) {
    await client.query('reset all')
    if (setting !== null) await client.query(`set ${setting}`)
    for (const text of texts) {
      const { rows } = await client.query(
        inOneMessage([
          statement`select pg_catalog.encode(pg_catalog.convert_to(${text}, 'UTF8'), 'hex') as hex`,
        ]),
      )
      expect([setting, text, rows]).toEqual([setting, text, [{ hex: Buffer.from(text).toString('hex') }]])
    }
  }
  await client.query('reset all')
  const anyText = fc.string({ unit: 'binary' }).filter((text) => !/\0|\p{Surrogate}/u.test(text))
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const { rows } = await client.query(`select ${wireLiteral(text)} as text`)
      expect(rows).toEqual([{ text }])
    }),
    { numRuns: 300 },
  )
  await client.end()
})
