import net from 'node:net'
import { pathToFileURL } from 'node:url'
import type { MessagePort } from 'node:worker_threads'
import { createJiti } from 'jiti'
import { declaredTenancies } from '../declared-tenancies.ts'
import type { Answer } from './collector-protocol.ts'
import { type Deed, dryRun, type KyselyModule, type RunnableMigration } from './dry-run.ts'

/**
 * Loads and dry-runs migrations one after another, and sends what each did as soon as it is known. For a thread of its own, in which no
 * connection can be opened: a migration that connects by itself would meet a database that nobody named.
 */
export async function serveCollector(port: MessagePort, files: readonly string[]): Promise<void> {
  net.Socket.prototype.connect = () => {
    throw new Error('a dry run opens no connection')
  }
  for (const file of files) send(port, { kind: 'collected', file, deeds: await collect(file) })
  send(port, { kind: 'done', tenancies: declaredTenancies() })
}

function send(port: MessagePort, answer: Answer): void {
  port.postMessage(answer)
}

async function collect(file: string): Promise<readonly Deed[]> {
  try {
    const jiti = createJiti(pathToFileURL(file).href)
    const migration = migrationIn(await jiti.import(file))
    if (migration === null) return []
    return await dryRun(await jiti.import<KyselyModule>('kysely'), migration, { file, plugins: [] })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [{ kind: 'unknown', reason: `it can't be loaded: ${message.split('\n')[0]}`, at: null }]
  }
}

/** As Kysely's FileMigrationProvider looks for it: what the module exports by default, or the module itself. Others are passed over. */
function migrationIn(module: unknown): RunnableMigration | null {
  const { default: standard } = Object(module) as { readonly default?: unknown }
  if (isMigration(standard)) return standard
  return isMigration(module) ? module : null
}

function isMigration(value: unknown): value is RunnableMigration {
  return typeof (Object(value) as { readonly up?: unknown }).up === 'function'
}
