import { chownSync, existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startEmbedded } from '../../src/engine/embedded.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { nativeOf, testedMajor } from '../server.ts'
import { engineProcess, expectGone, isAlive, serversIn, temporaryFolder } from './processes.ts'

const waiting = 'setInterval(() => undefined, 1_000)'

/** A server of this process, in the temporary folder of the test. */
async function startIn(temporary: string, options: { locales?: string[] } = {}): Promise<Engine> {
  vi.stubEnv('TMPDIR', temporary)
  onTestFinished(() => void vi.unstubAllEnvs())
  const engine = await startEmbedded({ native: nativeOf(testedMajor), ...options })
  onTestFinished(() => engine.stop())
  return engine
}

/** Listens where a supervisor would. */
async function listenAs(directory: string, receive: (call: Socket) => void): Promise<void> {
  mkdirSync(directory)
  const listener = createServer({ allowHalfOpen: true }, receive)
  onTestFinished(() => void listener.close())
  await new Promise<void>((resolve) => listener.listen(join(directory, 'alive'), resolve))
}

test('a process that is killed takes its server along', async () => {
  const temporary = temporaryFolder()
  const child = engineProcess(waiting, temporary)
  const [server] = await serversIn(temporary)
  child.kill('SIGKILL')
  if (server !== undefined) await expectGone(server)
  expect(readdirSync(temporary)).toEqual([])
})

test('a process that is killed in the middle of a query takes its server along', async () => {
  const temporary = temporaryFolder()
  const child = engineProcess(
    `const connection = await engine.database.connect()
     const busy = connection.query('do $$ begin loop null; end loop; end $$')
     setTimeout(() => process.stdout.write('busy'), 200)
     await busy`,
    temporary,
  )
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  const [server] = await serversIn(temporary)
  child.kill('SIGKILL')
  if (server !== undefined) await expectGone(server)
})

test('a process that is killed while its server is being made leaves nothing', async () => {
  const temporary = temporaryFolder()
  for (const file of ['alive', 'data', 'data/PG_VERSION', 'data/base/1', 'data/postmaster.pid']) {
    const child = engineProcess(waiting, temporary)
    await vi.waitFor(
      () => {
        const made = readdirSync(temporary).filter((name) => existsSync(join(temporary, name, file)))
        expect(made).toHaveLength(1)
      },
      { timeout: 20_000, interval: 1 },
    )
    child.kill('SIGKILL')
    await vi.waitFor(() => expect(readdirSync(temporary)).toEqual([]), { timeout: 20_000 })
  }
})

test.each(['process.exit()', 'throw new Error("of the caller")', 'process.abort()'])(
  'a process that ends by %s without stopping its server leaves nothing',
  async (ending) => {
    const temporary = temporaryFolder()
    const child = engineProcess(
      `process.on('uncaughtException', () => process.exit(1)); setTimeout(() => { ${ending} }, 1_000)`,
      temporary,
    )
    const [server] = await serversIn(temporary)
    await new Promise((resolve) => child.once('exit', resolve))
    if (server !== undefined) await expectGone(server)
  },
)

test('an interrupt from the terminal, which reaches the whole process group, leaves nothing', async () => {
  const temporary = temporaryFolder()
  const child = engineProcess(waiting, temporary)
  const [server] = await serversIn(temporary)
  process.kill(-Number(child.pid), 'SIGINT')
  if (server !== undefined) await expectGone(server)
})

test('stopping twice, also at once, leaves nothing', async () => {
  const temporary = temporaryFolder()
  const engine = await startIn(temporary)
  const [server] = await serversIn(temporary)
  await Promise.all([engine.stop(), engine.stop()])
  await engine.stop()
  expect(readdirSync(temporary)).toEqual([])
  if (server !== undefined) await expectGone(server)
})

test('a failed initdb is told in one sentence and leaves nothing', async () => {
  const temporary = temporaryFolder()
  await expect(startIn(temporary, { locales: ['nowhere'] })).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(
      /^the embedded PostgreSQL could not be started: initdb ended with 1: .*invalid locale.*$/,
    ),
  })
  expect(readdirSync(temporary)).toEqual([])
})

test('a server that is killed is told to whoever asks it, and leaves nothing', async () => {
  const temporary = temporaryFolder()
  const engine = await startIn(temporary)
  const connection = await engine.database.connect()
  const [server] = await serversIn(temporary)
  if (server === undefined) return
  const busy = connection.query('select pg_sleep(60)')
  process.kill(server.postmaster, 'SIGKILL')
  const broke = {
    name: 'InputError',
    message: expect.stringMatching(/^the connection to the embedded PostgreSQL broke: /),
  }
  await expect(busy).rejects.toMatchObject(broke)
  await expect(connection.query('select 1')).rejects.toMatchObject(broke)
  await expectGone(server)
  await expect(engine.database.connect()).rejects.toMatchObject({
    name: 'InputError',
    message: 'no connection to the embedded PostgreSQL: nothing listens there',
  })
  await connection.close()
  await engine.stop()
})

test('a supervisor that is killed takes its server along', async () => {
  const temporary = temporaryFolder()
  const engine = await startIn(temporary)
  const [server] = await serversIn(temporary)
  if (server === undefined) return
  process.kill(server.supervisor, 'SIGKILL')
  await expectGone(server)
  await engine.stop()
})

test('what is left when the supervisor is killed as well is cleared away by the next start', async () => {
  const temporary = temporaryFolder()
  const child = engineProcess(waiting, temporary)
  const [server] = await serversIn(temporary)
  if (server === undefined) return
  process.kill(server.supervisor, 'SIGSTOP')
  child.kill('SIGKILL')
  await vi.waitFor(() => expect(isAlive(Number(child.pid))).toBe(false))
  process.kill(server.supervisor, 'SIGKILL')
  await vi.waitFor(() => expect(isAlive(server.supervisor)).toBe(false))
  expect(isAlive(server.postmaster)).toBe(true)
  const engine = await startIn(temporary)
  await expectGone(server)
  await engine.stop()
  expect(readdirSync(temporary)).toEqual([])
})

test('a directory that nobody has claimed for a minute is cleared away, a younger one not', async () => {
  const temporary = temporaryFolder()
  for (const name of ['ringfence-server-old', 'ringfence-server-new', 'ringfence-other']) {
    mkdirSync(join(temporary, name, 'data'), { recursive: true })
  }
  const longAgo = Date.now() / 1_000 - 120
  utimesSync(join(temporary, 'ringfence-server-old'), longAgo, longAgo)
  utimesSync(join(temporary, 'ringfence-other'), longAgo, longAgo)
  await (await startIn(temporary)).stop()
  expect(readdirSync(temporary).sort()).toEqual(['ringfence-other', 'ringfence-server-new'])
})

test('a directory at which calls are dropped is cleared away; one whose supervisor is stopped is not', async () => {
  const temporary = temporaryFolder()
  await listenAs(join(temporary, 'ringfence-server-killed'), (call) => call.destroy())
  await listenAs(join(temporary, 'ringfence-server-ended'), (call) => call.end())
  await listenAs(join(temporary, 'ringfence-server-stopped'), () => undefined)
  await (await startIn(temporary)).stop()
  expect(readdirSync(temporary)).toEqual(['ringfence-server-stopped'])
})

test.runIf(process.getuid?.() === 0)('a directory of another user stays, however old', async () => {
  const temporary = temporaryFolder()
  const foreign = join(temporary, 'ringfence-server-foreign')
  mkdirSync(foreign)
  chownSync(foreign, 65_534, 65_534)
  utimesSync(foreign, 1, 1)
  await (await startIn(temporary)).stop()
  expect(readdirSync(temporary)).toEqual(['ringfence-server-foreign'])
})

test('four servers at once are four, and none clears away another', async () => {
  const temporary = temporaryFolder()
  const engines = await Promise.all([1, 2, 3, 4].map(() => startIn(temporary)))
  await serversIn(temporary, 4)
  const started = await Promise.all(
    engines.map(async (engine, index) => {
      const connection = await engine.database.connect()
      await connection.query(`create role only_here_${index}`)
      return await connection.query("select rolname from pg_roles where rolname like 'only_here%'")
    }),
  )
  expect(started).toEqual([0, 1, 2, 3].map((index) => [{ rolname: `only_here_${index}` }]))
  await Promise.all(engines.map((engine) => engine.stop()))
  expect(readdirSync(temporary)).toEqual([])
})
