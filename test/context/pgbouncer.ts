import { spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import type { Database } from '../../src/engine/engine.ts'
import { serverUser } from '../../src/engine/server-user.ts'
import { swiftFolder } from '../server.ts'

/** The PgBouncer to test with, which `scripts/pgbouncer.sh` fetches; undefined where it did not. */
export const pgBouncer = process.env.RINGFENCE_TEST_PGBOUNCER

export const serverConnections = 5

/** A PgBouncer in transaction mode before the server of a database, and a pool of many clients of it. */
export async function bouncedPool(database: Database): Promise<pg.Pool> {
  const folder = mkdtempSync(join(swiftFolder(), 'ringfence-pgbouncer-'))
  const user = serverUser()
  const { searchParams } = new URL(database.url)
  const files = {
    'users.txt': '"app_login" ""\n',
    'pgbouncer.ini': `[databases]
* = host=${searchParams.get('host')} port=${searchParams.get('port')}
[pgbouncer]
listen_port = 6432
unix_socket_dir = ${folder}
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = ${serverConnections}
max_client_conn = 500
`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  if (user !== null) chownSync(folder, user.uid, user.gid)
  const bouncer = spawn(`${pgBouncer}`, [join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { LD_LIBRARY_PATH: process.env.RINGFENCE_TEST_PGBOUNCER_LIBRARIES ?? '' },
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  })
  let output = ''
  bouncer.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const ended = new Promise<void>((resolve) => bouncer.on('exit', () => resolve()))
  const pool = new pg.Pool({ host: folder, port: 6432, user: 'app_login', database: database.name, max: 100 })
  onTestFinished(async () => {
    if (!pool.ending) await pool.end()
    bouncer.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true })
  })
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.query('select 1')
      return pool
    } catch (error) {
      if (attempt === 100 || bouncer.exitCode !== null) throw new Error(output, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
