import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { dirname } from 'node:path'
import threads, { type MessagePort } from 'node:worker_threads'
import type { KyselyPlugin } from 'kysely'
import { declaredTenancies } from '../declared-tenancies.ts'
import { placeWithin } from '../guard/call-site.ts'
import type { Answer, Task } from './collector-protocol.ts'
import { type Deed, dryRun } from './dry-run.ts'
import { liveRun } from './live-run.ts'
import { loadMigration } from './load-migration.ts'
import { pluginsFor } from './project-plugins.ts'

/**
 * Does a task, and tells of each part of it as soon as it is done. For a thread of its own, in which no connection can be opened: a
 * migration that connects by itself would meet a database that nobody named.
 */
export async function servePrograms(port: MessagePort, task: Task): Promise<void> {
  const attempts = forbidConnections()
  const send = (answer: Answer) => port.postMessage(answer)
  if (task.kind === 'run') send(await run(task.file, port))
  else {
    const plugins = new PluginsOfFolders()
    for (const file of task.files) {
      const before = attempts.count
      const deeds = await collect(file, plugins)
      const isSaid = attempts.count === before || deeds.some(({ kind }) => kind === 'unknown')
      const own: readonly Deed[] = isSaid ? deeds : [...deeds, { kind: 'unknown', reason: refused, at: null }]
      send({ kind: 'collected', file, deeds: own, tenancies: declaredTenancies() })
    }
    send({ kind: 'done' })
  }
}

const refused = 'no connection of its own can be opened, and nothing be started that could'

/** Neither here, nor in what could be started from here. Counts the attempts, which the migration may hush up. */
function forbidConnections(): { readonly count: number } {
  const attempts = { count: 0 }
  const refuse = () => {
    attempts.count += 1
    throw new Error(refused)
  }
  net.Socket.prototype.connect = refuse
  const starting = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']
  Object.assign(childProcess, Object.fromEntries(starting.map((name) => [name, refuse])))
  Object.assign(threads, { Worker: refuse })
  syncBuiltinESMExports()
  return attempts
}

async function run(file: string, port: MessagePort): Promise<Answer> {
  try {
    const loaded = await loadMigration(file)
    if (loaded !== null) await liveRun(loaded, await pluginsFor(dirname(file)), port)
    return { kind: 'done' }
  } catch (error) {
    const place = error instanceof Error ? placeWithin(file, error) : null
    return { kind: 'failed', message: messageOf(error), line: place?.line ?? null }
  }
}

async function collect(file: string, plugins: PluginsOfFolders): Promise<readonly Deed[]> {
  try {
    const loaded = await loadMigration(file)
    if (loaded === null) return []
    return await dryRun(loaded.kysely, loaded.migration, { file, plugins: await plugins.of(dirname(file)) })
  } catch (error) {
    return [{ kind: 'unknown', reason: `it can't be loaded: ${messageOf(error)}`, at: null }]
  }
}

/** Each folder is asked about once. */
class PluginsOfFolders {
  readonly #known = new Map<string, Promise<readonly KyselyPlugin[]>>()

  of(folder: string): Promise<readonly KyselyPlugin[]> {
    const known = this.#known.get(folder)
    if (known !== undefined) return known
    const found = pluginsFor(folder)
    this.#known.set(folder, found)
    return found
  }
}

function messageOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line
}
