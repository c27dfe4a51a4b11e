import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { readUrl } from '../../src/engine/database-url.ts'

const ofEnvironment = [
  'HOST',
  'PORT',
  'USER',
  'DATABASE',
  'SERVICE',
  'SSLMODE',
  'SSLROOTCERT',
  'SSLCERT',
  'SSLKEY',
]
beforeEach(() => {
  for (const name of ofEnvironment) vi.stubEnv(`PG${name}`, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the parts of a URL are decoded as psql decodes them', () => {
  test.each([
    ['a plus in the query is a plus', 'postgresql://u@h/d?password=a+b', { password: 'a+b' }],
    [
      'spaces and signs beyond ASCII may stand as they are',
      'postgresql://u:é %C3%A9@h/d b',
      { password: 'é é', database: 'd b' },
    ],
    [
      'signs with a meaning are escaped',
      `postgresql://u@h/${encodeURIComponent('a?b&c=d#e/f:g@h+i;,$')}`,
      { database: 'a?b&c=d#e/f:g@h+i;,$' },
    ],
    ['a line break can be part of a name', 'postgresql://u@h/a%0Ab', { database: 'a\nb' }],
    ['blanks around it are none of it', ' postgresql://u@h/d\r\n', { host: 'h', database: 'd' }],
    [
      'the query wins',
      'postgresql://u:p@h:1/d?user=v&password=q&host=i&port=2&dbname=e',
      { user: 'v', password: 'q', host: 'i', port: 2, database: 'e' },
    ],
    [
      'an escaped host is the folder of a socket',
      'postgresql://u@%2Frun%2Fpg/d',
      { host: '/run/pg', ssl: false },
    ],
    ['an IPv6 address stands in brackets', 'postgresql://u@[::1]:6/d', { host: '::1', port: 6 }],
    [
      'the database is called like the user',
      'postgres://u@',
      { host: 'localhost', port: 5432, database: 'u' },
    ],
    [
      'what only other tools know means nothing',
      'postgresql://u@h/d?schema=public&pgbouncer=true&uselibpqcompat=true',
      { database: 'd', ssl: false },
    ],
    [
      'a time-out that no timer can wait for is the longest',
      'postgresql://u@h/d?connect_timeout=99999999',
      { connectionTimeoutMillis: 2 ** 31 - 1 },
    ],
  ])('%s', async (_case, url, expected) => {
    expect(await readUrl(url)).toMatchObject(expected)
  })
})

test.each([
  ['postgresql://u@h/d?sslmode=requir', 'unknown sslmode "requir"; did you mean "require"?'],
  ['postgresql://u@h/d?sslmode=verify-ca', "sslmode=verify-ca needs the certificate that signs the server's"],
  ['postgresql://u@h/d?connect_timeout=soon', 'connect_timeout of the database URL is no number of seconds'],
  ['postgresql://u@h:0/d', 'the port of the database is no number from 1 to 65535'],
  ['postgresql://u@h/d?port=65536', 'the port of the database is no number from 1 to 65535'],
  ['postgresql://u:100%@h/d', "the database URL can't be read"],
  ['postgresql://u@h/d%00', "the database URL can't be read"],
  [
    'postgresql:///?service=prod',
    'service files are not read, and the database is named by its service "prod"',
  ],
])('%s is refused with what is wrong with it', async (url, message) => {
  await expect(readUrl(url)).rejects.toMatchObject({ name: 'InputError', message })
})

test('a service of the environment is refused where the URL leaves the host to it, and only there', async () => {
  vi.stubEnv('PGSERVICE', 'prod')
  await expect(readUrl('postgresql:///d')).rejects.toMatchObject({ name: 'InputError' })
  expect(await readUrl('postgresql://u@h/d')).toMatchObject({ host: 'h' })
})

test('a port of the environment that is none is refused', async () => {
  vi.stubEnv('PGPORT', 'x')
  await expect(readUrl('postgresql://u@h/d')).rejects.toMatchObject({
    hint: 'It stands in the URL, else in PGPORT.',
  })
})

describe('encryption', () => {
  test.each([
    ['sslmode=require', { rejectUnauthorized: false }],
    ['ssl=true', { rejectUnauthorized: false }],
    ['sslnegotiation=direct', { rejectUnauthorized: false }],
  ])('by %s needs no certificate that is known', async (query, ssl) => {
    expect((await readUrl(`postgresql://u@h/d?${query}`)).ssl).toMatchObject(ssl)
  })

  test('by sslmode=verify-full holds the certificate and the name against it', async () => {
    expect((await readUrl('postgresql://u@h/d?sslmode=verify-full')).ssl).toEqual({})
  })

  test('that PGSSLMODE asks for is that of the URL', async () => {
    vi.stubEnv('PGSSLMODE', 'require')
    expect((await readUrl('postgresql://u@h/d')).ssl).toMatchObject({ rejectUnauthorized: false })
    expect((await readUrl('postgresql://u@h/d?sslmode=disable')).ssl).toBe(false)
  })

  test.each([
    ['N', false],
    ['S', expect.objectContaining({ rejectUnauthorized: false })],
  ])('that is only preferred is used as the server offers it (%s)', async (answer, ssl) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(answer))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
    })
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('it listens on no port')
    const url = `postgresql://u@127.0.0.1:${address.port}/d?sslmode=prefer`
    expect((await readUrl(url)).ssl).toEqual(ssl)
  })
})
