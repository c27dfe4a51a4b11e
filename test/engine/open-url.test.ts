import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, statSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startEmbedded } from '../../src/engine/embedded.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { openUrl } from '../../src/engine/open-url.ts'
import { nativeOf, swiftFolder, testedMajor } from '../server.ts'

const password = 'p@ss/w:rd%é'
const secret = encodeURIComponent(password)
const rules = `
  local all postgres                    trust
  local all all                         scram-sha-256
  host  all app            127.0.0.1/32 scram-sha-256
  host  all "no login"     127.0.0.1/32 trust
  host  all not_admitted   127.0.0.1/32 trust
`
let own: Engine
let data: string
let port: number

/** A server that listens on TCP, and lets in who the rules name. */
beforeAll(async () => {
  port = await portOf(createServer(), (server) => server.close())
  own = await startEmbedded({
    native: nativeOf(testedMajor),
    temporary: swiftFolder(),
    settings: { listen_addresses: '127.0.0.1', port: String(port) },
  })
  data = new URL(own.database.url).searchParams.get('host') ?? ''
  const connection = await own.database.connect()
  await connection.query(`create role app login createdb password '${password}'`)
  await connection.query('create role "no login"; create role not_admitted login')
  await connection.query('create database app owner app')
  await connection.query('revoke connect on database app from public')
  const lines = rules
    .trim()
    .split('\n')
    .map((line) => `($$${line}$$)`)
  await connection.query(`copy (values ${lines.join(',')}) to '${data}/pg_hba.conf'`)
  await connection.query('select pg_reload_conf()')
  await connection.close()
})
afterAll(() => own.stop())

/** Lets the server listen somewhere, and gives the port. */
async function portOf(server: Server, then: (server: Server) => void = () => undefined): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  then(server)
  return address.port
}

/** Answers every connection until the test is over, and gives the port. */
function answering(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    answer(socket)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return portOf(server)
}

/** What opening the URL is refused with: the message after the place, and the hint. Neither may hold the password. */
async function refusal(url: string): Promise<{ message: string; hint: string | null }> {
  const error = await openUrl(url).then(
    async (engine) => {
      await engine.stop()
      throw new Error('it was opened')
    },
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'InputError' })
  const shown = inspect(error, { depth: 10, showHidden: true })
  for (const form of [password, secret, 's3cret']) expect(shown).not.toContain(form)
  const { message, hint } = error as { message: string; hint: string | null }
  expect(message).not.toContain('\n')
  return { message, hint }
}

test('a URL opens its database, and shows nowhere what the password is', async () => {
  const engine = await openUrl(`postgresql://app:${secret}@127.0.0.1:${port}/app`)
  expect(engine.kind).toBe('url')
  expect(engine.serverVersion).toBe(own.serverVersion)
  expect(engine.database.url).toBe(`postgresql://app@127.0.0.1:${port}/app`)
  const connection = await engine.database.connect()
  expect(await connection.query('select current_user, current_database() as database')).toEqual([
    { current_user: 'app', database: 'app' },
  ])
  for (const thing of [engine, engine.database, connection]) {
    const shown = inspect(thing, { depth: 10, showHidden: true })
    for (const form of [password, secret]) expect(shown).not.toContain(form)
  }
  await connection.close()
  await engine.stop()
})

test('a socket is opened by its folder', async () => {
  const engine = await openUrl(`postgresql:///app?user=app&password=${secret}&host=${data}&port=${port}`)
  const again = new URL(engine.database.url)
  expect(again.searchParams.get('host')).toBe(data)
  expect(again.searchParams.get('password')).toBeNull()
  await engine.stop()
})

test('what was made on the server of a URL is dropped at the end, and nothing else', async () => {
  const engine = await openUrl(`postgresql://app:${secret}@127.0.0.1:${port}/app`)
  const database = await engine.createDatabase()
  const copy = await database.snapshot()
  const superuser = await own.database.connect()
  await superuser.query('create role made_meanwhile')
  await engine.reset()
  const another = await engine.createDatabase()
  await engine.stop()
  const names = [database.name, copy.name, another.name, 'app']
  const left = 'select datname from pg_database where datname = any ($1)'
  expect(await superuser.query(left, [names])).toEqual([{ datname: 'app' }])
  await superuser.query('drop role made_meanwhile')
  await superuser.close()
})

describe('no connection', () => {
  test('with a wrong password', async () => {
    expect(await refusal(`postgresql://app:s3cret@127.0.0.1:${port}/app`)).toEqual({
      message: `no connection to 127.0.0.1:${port}: the password of "app" is wrong`,
      hint: null,
    })
  })

  test('without a password where one is asked for', async () => {
    const { message } = await refusal(`postgresql://app@127.0.0.1:${port}/app`)
    expect(message).toMatch(/: the server asks for the password of "app", and none was given$/)
  })

  test('where nothing listens', async () => {
    const closed = await portOf(createServer(), (server) => server.close())
    for (const host of ['127.0.0.1', 'localhost']) {
      const { message } = await refusal(`postgresql://app:s3cret@${host}:${closed}/app`)
      expect(message).toBe(`no connection to ${host}:${closed}: nothing listens there`)
    }
    const { message } = await refusal('postgresql:///app?host=/nowhere')
    expect(message).toBe('no connection to /nowhere/.s.PGSQL.5432: nothing listens there')
  })

  test('to a host that nobody knows', async () => {
    const { message } = await refusal('postgresql://app:s3cret@nowhere.invalid/app')
    expect(message).toBe('no connection to nowhere.invalid:5432: the host "nowhere.invalid" is not known')
  })

  test.each([
    ['a web server', () => portOf(closedLater(createHttpServer()))],
    ['a server that greets', () => answering((socket) => socket.write('SSH-2.0-other\r\n'))],
    ['a server that hangs up', () => answering((socket) => socket.end())],
  ])('to %s, as it is not PostgreSQL', async (_case, start) => {
    const other = await start()
    const { message } = await refusal(`postgresql://app:s3cret@127.0.0.1:${other}/app?connect_timeout=1`)
    expect(message).toBe(`no connection to 127.0.0.1:${other}: what answers there is not PostgreSQL`)
  })

  test('to a server that never answers', async () => {
    const silent = await answering(() => undefined)
    const { message } = await refusal(`postgresql://app:s3cret@127.0.0.1:${silent}/app?connect_timeout=1`)
    expect(message).toBe(`no connection to 127.0.0.1:${silent}: no answer came within 1 s`)
  })

  test('to a database that is not there', async () => {
    const { message } = await refusal(`postgresql://app:${secret}@127.0.0.1:${port}/nowhere`)
    expect(message).toBe(`no connection to 127.0.0.1:${port}: there is no database "nowhere"`)
  })

  test('as a role that may not log in', async () => {
    const { message } = await refusal(`postgresql://no%20login@127.0.0.1:${port}/app`)
    expect(message).toMatch(/: role "no login" is not permitted to log in$/)
  })

  test('as a role that may not use the database', async () => {
    const { message } = await refusal(`postgresql://not_admitted@127.0.0.1:${port}/app`)
    expect(message).toMatch(/: permission denied for database "app"$/)
  })

  test('without encryption to a server that asks for it', async () => {
    expect(await refusal(`postgresql://other:s3cret@127.0.0.1:${port}/app`)).toEqual({
      message: `no connection to 127.0.0.1:${port}: the server does not let "other" in without encryption`,
      hint: 'Add sslmode=require to the URL.',
    })
  })

  test('with encryption to a server that offers none', async () => {
    const { message } = await refusal(`postgresql://app:${secret}@127.0.0.1:${port}/app?sslmode=require`)
    expect(message).toMatch(/: the server offers no encryption, and the URL asks for it$/)
  })

  test('to a server that is older than 14', async () => {
    const shown = String(own.serverVersion)
    const relay = await answering((socket) => {
      const server = connect(port, '127.0.0.1')
      server.on('error', () => undefined)
      server.on('data', (bytes: Buffer) => {
        socket.write(bytes.toString('latin1').replace(shown, `13${shown.slice(2)}`), 'latin1')
      })
      socket.on('data', (bytes: Buffer) => server.write(bytes))
      socket.on('close', () => server.destroy())
    })
    const { message } = await refusal(`postgresql://app:${secret}@127.0.0.1:${relay}/app`)
    expect(message).toMatch(/^127\.0\.0\.1:\d+ runs PostgreSQL .*; the oldest that can be read is 14$/)
  })
})

test.each([
  'mysql://app:s3cret@localhost/app',
  'app:s3cret@localhost/app',
  'host=localhost password=s3cret',
  'postgresql://app:s3cret@one,two:5432/app',
  'postgresql://app:s3cret@localhost:s3cret/app',
  'postgresql://app:1234/s3cret@localhost/app',
  'postgresql://app:1234?s3cret@localhost/app',
  'postgresql://app:1234#s3cret@localhost/app',
  'postgresql://app:%s3cret%@[localhost/app',
  '',
])('%j is no URL of a database, and is not repeated', async (url) => {
  const { message, hint } = await refusal(url)
  expect(message).toBe("the database URL can't be read")
  expect(hint).toMatch(/^It looks like postgresql:/)
})

test('a file that the URL names and that is not there is named', async () => {
  const url = `postgresql://app:s3cret@127.0.0.1:${port}/app?sslmode=verify-ca&sslrootcert=/nowhere/ca.pem`
  expect((await refusal(url)).message).toBe(
    "a file that the database URL names can't be read: /nowhere/ca.pem",
  )
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test.runIf(hasOpenssl)(
  'encryption is used without a certificate that is known, unless it is asked for',
  async () => {
    const [certificate, key] = [join(data, 'server.crt'), join(data, 'server.key')]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1']
    spawnSync('openssl', [...request, '-keyout', key, '-out', certificate])
    const { uid, gid } = statSync(data)
    chownSync(key, uid, gid)
    chmodSync(key, 0o600)
    const superuser = await own.database.connect()
    await superuser.query('alter system set ssl = on')
    await superuser.query('select pg_reload_conf()')
    const url = `postgresql://app:${secret}@127.0.0.1:${port}/app`
    const encrypted = await vi.waitFor(() => openUrl(`${url}?sslmode=require`), { timeout: 10_000 })
    const connection = await encrypted.database.connect()
    const used = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
    expect(await connection.query(used)).toEqual([{ ssl: true }])
    await connection.close()
    await encrypted.stop()
    expect(await refusal(`${url}?sslmode=verify-full`)).toEqual({
      message: expect.stringMatching(/: its certificate is not trusted \(\w+\)$/),
      hint: 'Name the certificate that signs it with sslrootcert=FILE in the URL.',
    })
    await (await openUrl(`${url}?sslmode=verify-ca&sslrootcert=${certificate}`)).stop()
    await superuser.query('alter system reset ssl')
    await superuser.query('select pg_reload_conf()')
    await superuser.close()
  },
)

function closedLater<S extends Server>(server: S): S {
  onTestFinished(() => {
    server.close()
  })
  return server
}
