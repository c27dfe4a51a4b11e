import { spawnSync } from 'node:child_process'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { startEmbedded } from '../../src/engine/embedded.ts'
import type { Engine, EngineConnection } from '../../src/engine/engine.ts'
import { connectUrl } from '../../src/engine/open-url.ts'
import { quoteIdentifier } from '../../src/sql/identifiers.ts'
import { expectGone, serversIn, temporaryFolder } from '../engine/processes.ts'
import { nativeOf, swiftFolder, testedMajor } from '../server.ts'
import { folderWith, type Outcome, ringfence, startRingfence } from './ringfence.ts'

const password = `p@ss/w:rd%é +'?#`
const secrets = [password, encodeURIComponent(password), 's3cret']
let own: Engine
let superuser: EngineConnection
let data: string

/** A server that asks everybody but its superuser for a password, and has one database, `app`. */
beforeAll(async () => {
  own = await startEmbedded({ native: nativeOf(testedMajor), temporary: swiftFolder() })
  data = new URL(own.database.url).searchParams.get('host') ?? ''
  superuser = await own.database.connect()
  await superuser.query(`create role app login password '${password.replaceAll("'", "''")}'`)
  await superuser.query('create database app')
  await superuser.query(`copy (values ('local all postgres trust'), ('local all all scram-sha-256'))
    to '${data}/pg_hba.conf'`)
  await superuser.query('select pg_reload_conf()')
}, 60_000)
afterAll(async () => {
  await superuser.close()
  await own.stop()
})

/** The URL of a database as `app`, who has the password of the server or another. */
function url(parameters: Readonly<Record<string, string>> = {}): string {
  const all = { user: 'app', password, host: data, ...parameters }
  const query = Object.entries(all).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `postgresql:///app?${query.join('&')}`
}

/** What stderr tells, once: the command could not run, said nothing else, and gave nothing away. */
function refusalOf({ code, stdout, stderr }: Outcome): string {
  expect({ code, stdout, stderr }).toMatchObject({ code: 2, stdout: '' })
  for (const secret of secrets) expect(stderr).not.toContain(secret)
  expect(stderr).not.toMatch(/^\s+at |unexpectedly/m)
  expect(stderr.trimEnd().split('\n').slice(1).join('\n')).toMatch(/^( {2}\S.*)?$/)
  return stderr
}

async function audit(
  args: readonly string[],
  { env = {}, files = {} }: { env?: NodeJS.ProcessEnv; files?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const all = { RINGFENCE_DEBUG: '1', ...env }
  return await startRingfence(['audit', ...args], folderWith(files), all).outcome
}

async function auditRefusal(database: string, ...options: string[]): Promise<string> {
  return refusalOf(await audit(['--database-url', database, ...options]))
}

/** A connection of the superuser to a database. */
async function connectionTo(database: string): Promise<EngineConnection> {
  const connection = await connectUrl(addressOf(database))
  onTestFinished(() => connection.close())
  return connection
}

function addressOf(database: string): string {
  return `postgresql://postgres@/${encodeURIComponent(database)}?host=${data}`
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  return address.port
}

describe('a database that can not be reached ends an audit with what is wrong', () => {
  test('a wrong password, in the login or the query of the URL', async () => {
    const wrong = `: the password of "app" is wrong\n`
    expect(await auditRefusal(url({ password: 's3cret' }))).toContain(wrong)
    expect(await auditRefusal(`postgresql://app:s3cret@/app?host=${data}`)).toContain(wrong)
  })

  test('a wrong password of the environment, where the right one gets in', async () => {
    const plain = `postgresql://app@/app?host=${data}`
    const args = ['--database-url', plain]
    expect(refusalOf(await audit(args, { env: { PGPASSWORD: 's3cret' } }))).toContain('is wrong')
    expect(refusalOf(await audit([], { env: { RINGFENCE_DATABASE_URL: plain } }))).toContain('none was given')
    expect(await audit(args, { env: { PGPASSWORD: password } })).toMatchObject({ code: 0 })
  })

  test('a port where nothing listens', async () => {
    expect(await auditRefusal('postgresql://app:s3cret@127.0.0.1:1/app')).toBe(
      'ringfence: no connection to 127.0.0.1:1: nothing listens there\n',
    )
  })

  test('a web server', async () => {
    const port = await listening(createHttpServer())
    expect(await auditRefusal(`postgresql://app:s3cret@127.0.0.1:${port}/app`)).toBe(
      `ringfence: no connection to 127.0.0.1:${port}: what answers there is not PostgreSQL\n`,
    )
  })

  test('a server that is older than 14', async () => {
    const shown = String(own.serverVersion)
    const relay = createServer((socket) => {
      const server = connect(join(data, '.s.PGSQL.5432'))
      for (const end of [socket, server]) end.on('error', () => undefined)
      server.on('data', (bytes: Buffer) => {
        socket.write(bytes.toString('latin1').replace(shown, `13${shown.slice(2)}`), 'latin1')
      })
      socket.pipe(server)
      socket.on('close', () => server.destroy())
    })
    const port = await listening(relay)
    expect(await auditRefusal(`postgresql://postgres:s3cret@127.0.0.1:${port}/app`)).toBe(
      'ringfence: PostgreSQL 13 is older than 14, the oldest that can be read\n',
    )
  })

  test('a database that is not there, and encryption that is not offered', async () => {
    expect(await auditRefusal(url({ dbname: 'nowhere' }))).toContain(': there is no database "nowhere"\n')
    const port = await listening(
      createServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', () => socket.write('N'))
      }),
    )
    expect(await auditRefusal(`postgresql://app:s3cret@127.0.0.1:${port}/app?sslmode=require`)).toContain(
      ': the server offers no encryption, and the URL asks for it\n',
    )
  })

  test.each(['mysql://app:s3cret@localhost/app', ''])('%j, which is no URL of PostgreSQL', async (text) => {
    expect(await auditRefusal(text)).toContain("the database URL can't be read\n  It looks like postgresql:")
  })
})

test.each([
  ['x', 'takes a whole number, not "x"'],
  ['-1', 'takes a whole number, not "-1"'],
  ['99999999999', 'takes at most 2147483, not 99999999999'],
])('--statement-timeout %s is refused', (text, reason) => {
  const outcome = ringfence(['audit', '--statement-timeout', text], folderWith({}))
  expect(refusalOf(outcome)).toBe(`ringfence: --statement-timeout ${reason}\n`)
})

test('servers and migrations that have nothing to do with each other are refused', async () => {
  expect(await auditRefusal(url(), '--engine', 'embeded')).toContain('did you mean "embedded"?')
  expect(await auditRefusal(url(), '--engine', 'embedded')).toContain(
    '--engine runs migrations, and none are named',
  )
  const model = ringfence(['model', 'm', '--database-url', url()], folderWith({ 'm/1.sql': 'select 1;' }))
  expect(refusalOf(model)).toContain('both a database and migrations are named')
})

test('Testcontainers without a Docker engine that answers is refused at once', async () => {
  const installed = 'node_modules/@testcontainers/postgresql'
  const files = {
    'm/1.sql': 'select 1;',
    [`${installed}/package.json`]:
      '{"name": "@testcontainers/postgresql", "type": "module", "exports": "./i.js"}',
    [`${installed}/i.js`]: 'export class PostgreSqlContainer {}',
  }
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  expect(refusalOf(await audit(['--engine', 'testcontainers', 'm'], { env, files }))).toContain(
    'no Docker engine answers: asked unix:///nowhere/docker.sock\n',
  )
})

describe('a server that does not answer all', () => {
  test.each(['pg_policy', 'pg_roles'])(
    'as the role may not read %s, is told by its name',
    async (catalog) => {
      const connection = await connectionTo('app')
      await connection.query(`revoke select on pg_catalog.${catalog} from public`)
      const told = await auditRefusal(url())
      await connection.query(`grant select on pg_catalog.${catalog} to public`)
      expect(told).toMatch(new RegExp(`permission denied for \\w+ ${catalog}\n {2}Connect as a role that`))
    },
  )

  test('as its session is ended midway, is told in its own words', async () => {
    const connection = await connectionTo('app')
    const other = await connectionTo('app')
    await connection.query('begin; lock table pg_catalog.pg_policy in access exclusive mode')
    const running = auditRefusal(url())
    const end = `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app' and wait_event_type = 'Lock'`
    await vi.waitFor(async () => expect(await other.query(end)).toHaveLength(1), { timeout: 20_000 })
    expect(await running).toMatch(/broke: terminating connection due to administrator command\n$/)
    await connection.query('rollback')
  })

  test('as a lock is held for longer than the role waits, is waited for over the one connection that it may have', async () => {
    const connection = await connectionTo('app')
    const other = await connectionTo('app')
    await connection.query(`alter role app connection limit 1; alter role app set lock_timeout = '1ms'`)
    await connection.query('begin; lock table pg_catalog.pg_policy in access exclusive mode')
    const running = audit(['--database-url', url()])
    const waiting = `select from pg_stat_activity where usename = 'app' and wait_event_type = 'Lock'`
    await vi.waitFor(async () => expect(await other.query(waiting)).toHaveLength(1), { timeout: 20_000 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await connection.query('rollback')
    expect(await running).toMatchObject({ code: 0 })
    await connection.query('alter role app connection limit -1; alter role app reset all')
  })
})

test('names that are no text, as SQL_ASCII lets them pass, are told and not guessed', async () => {
  await superuser.query(`create database ascii encoding 'SQL_ASCII' locale 'C' template template0`)
  const connection = await connectionTo('ascii')
  await connection.query(`do $$ begin execute 'create table t' || chr(233) || ' ()'; end $$`)
  expect(await auditRefusal(addressOf('ascii'))).toContain('the catalogs hold text that is none in UTF-8')
})

describe('migrations that can not be run to their end', () => {
  test.each(['check', 'model'])('end %s with the place of what failed', (command) => {
    const files = { 'm/1.sql': 'create table a (id int);', 'm/2.sql': '\nalter table absent add b int;' }
    const told = refusalOf(ringfence([command, '--engine', 'embedded', 'm'], folderWith(files)))
    expect(told).toMatch(/^m\/2\.sql:2:1: relation "absent" does not exist \(SQLSTATE 42P01\)\n/)
  })

  test('as they end their own session, are told where', () => {
    const files = { 'm/1.sql': 'select pg_terminate_backend(pg_backend_pid());' }
    const told = refusalOf(ringfence(['audit', '--engine', 'embedded', 'm'], folderWith(files)))
    expect(told).toMatch(/^m\/1\.sql:1:1: the connection to the embedded PostgreSQL broke: terminating/)
  })

  test.each(['SIGINT', 'SIGKILL'] as const)('as %s ends the command, leave nothing', async (signal) => {
    const temporary = temporaryFolder()
    const folder = folderWith({ 'm/1.sql': 'select pg_sleep(60);' })
    const { child, outcome } = startRingfence(['audit', '--engine', 'embedded', 'm'], folder, {
      TMPDIR: temporary,
    })
    const [server] = await serversIn(temporary)
    child.kill(signal)
    expect(await outcome).toEqual({ code: null, stdout: '', stderr: '' })
    if (server !== undefined) await expectGone(server)
  })
})

test('names of every kind are told as they are, and none passes for a line of the report', {
  timeout: 60_000,
}, async () => {
  const names = [
    `dot.quo"te\n0 errors, 0 warnings\u001b[31m\u202e`,
    `${'é'.repeat(31)}x`,
    `a?b&c=d#e/f:g@h+i $x$ %s;--'`,
  ]
  for (const name of names) {
    const [id, role] = [quoteIdentifier(name), quoteIdentifier(`${name.slice(0, 20)} r`)]
    await superuser.query(`create role ${role}`)
    await superuser.query(`create database ${id}`)
    const migration = `create role ${role}; create schema ${id};
      create table ${id}.${id} (tenant_id uuid not null, ${id} text);
      alter table ${id}.${id} enable row level security;
      create policy ${id} on ${id}.${id} to ${role} using (${id} = 'x');
      grant select on ${id}.${id} to ${role}; create index on ${id}.${id} (tenant_id);`
    const address = addressOf(name)
    const connection = await connectUrl(address)
    await connection.query(migration.replace(/^.*?;/s, ''))
    await connection.close()
    const folder = folderWith({ 'm/1.sql': migration })
    const run = (...args: string[]) => ringfence(['audit', '--database-url', address, ...args], folder)
    const { findings, server } = JSON.parse(run('m', '--format=json').stdout)
    expect(server.database).toBe(name)
    expect(findings.map(({ check, subject }: Record<string, unknown>) => `${check} ${subject}`)).toEqual(
      expect.arrayContaining([
        `row-security-not-forced ${id}.${id}`,
        `policy-admits-foreign-rows ${id}.${id}/${id}`,
      ]),
    )
    expect(findings.filter(({ check }: { check: string }) => check === 'drift')).toEqual([])
    const lines = run('--quiet').stdout.split('\n')
    expect(
      lines.filter((line) => line.startsWith('0 errors') || /\p{Cc}|\p{Bidi_Control}/u.test(line)),
    ).toEqual([])
    await superuser.query(`drop database ${id}`)
    await superuser.query(`drop role ${role}`)
  }
})

test('what settings of the database and passwords of migrations are is told by neither format', async () => {
  const address = addressOf('app')
  const connection = await connectionTo('app')
  await connection.query(
    `alter database app set "app.key" = 's3cret one'; alter role app set "app.key" = 's3cret two'`,
  )
  const migration = `alter database app set "app.key" = 's3cret three';
    create role app superuser login password 's3cret four'; alter role app set "app.key" = 's3cret five';`
  const folder = folderWith({ 'm/1.sql': migration })
  const json = ringfence(['audit', '--database-url', address, 'm', '--format=json'], folder)
  const text = ringfence(['audit', '--database-url', address, 'm'], folder)
  expect(JSON.parse(json.stdout).findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ check: 'drift', subject: '"app.key"/value' }),
      expect.objectContaining({ check: 'drift', subject: 'app/settings' }),
    ]),
  )
  expect(json.stdout).not.toContain('s3cret')
  expect(text.stdout).toContain(`create role app superuser login password '***********'`)
  await superuser.query('alter database app reset all; alter role app reset all')
})

const hasScript = spawnSync('script', ['-V']).stdout?.includes('util-linux') === true

test.runIf(hasScript)(
  'what is being done shows on a terminal alone, and is wiped out at the end',
  { timeout: 60_000 },
  () => {
    const folder = folderWith({ 'm/1.sql': 'select pg_sleep(1.5);' })
    const command = `${process.execPath} ${inject('cli')} model --engine embedded m`
    const { CI: _, ...env } = process.env
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      encoding: 'utf8',
      env,
    })
    const [shown, left] = stdout.split('\u001b[?25h\u001b[1G\u001b[0K')
    expect(shown).toContain('running m/1.sql')
    expect(left).toContain('0 relations')
    expect(left).not.toMatch(/starting|running|reading/)
    const piped = ringfence(['model', '--engine', 'embedded', 'm'], folder)
    expect(piped.stdout).toMatch(/^\w/)
    expect(piped.stderr).not.toMatch(/starting|running|reading/)
  },
)
