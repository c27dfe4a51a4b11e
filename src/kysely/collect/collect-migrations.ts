import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { LineIndex } from '../../findings/position.ts'
import type { Migration, MigrationPart } from '../../replay/migration.ts'
import type { TenancyDeclaration } from '../../tenancy/declaration.ts'
import { callExtent } from './call-extent.ts'
import type { Answer, Task } from './collector-protocol.ts'
import type { Deed } from './dry-run.ts'
import { programComments } from './program-comments.ts'

/** Migrations whose programs were read, and the tenancies that these declare. */
export interface CollectedHistory {
  readonly migrations: readonly Migration[]
  readonly tenancies: readonly TenancyDeclaration[]
}

export interface CollectOptions {
  readonly cwd: string
  /** A module that calls `servePrograms`. */
  readonly worker: URL
  /** For how many milliseconds one migration may run. */
  readonly patience?: number
}

/**
 * Puts the statements that migrations for Kysely send in the place of their programs: each `up` runs against no database, in a thread of its
 * own. What it does that can't be followed so is an unreadable part.
 */
export async function collectMigrations(
  migrations: readonly Migration[],
  { cwd, worker, patience = 30_000 }: CollectOptions,
): Promise<CollectedHistory> {
  const programs = new Map(
    migrations
      .filter(({ isKysely }) => isKysely)
      .map((migration) => [resolve(cwd, migration.file), migration]),
  )
  if (programs.size === 0) return { migrations, tenancies: [] }
  const { deeds, tenancies } = await collectAll([...programs.keys()], worker, patience)
  return {
    tenancies,
    migrations: migrations.map((migration) => {
      const own = migration.isKysely ? deeds.get(resolve(cwd, migration.file)) : undefined
      return own === undefined ? migration : read(migration, own)
    }),
  }
}

interface CollectedFiles {
  readonly deeds: Map<string, readonly Deed[]>
  /** As the last migrations that were collected told them. */
  tenancies: readonly TenancyDeclaration[]
}

/** A migration that ends the thread, or doesn't come to an end, is told of; those after it are collected in a new one. */
async function collectAll(files: readonly string[], worker: URL, patience: number): Promise<CollectedFiles> {
  const collected: CollectedFiles = { deeds: new Map(), tenancies: [] }
  for (;;) {
    const rest = files.filter((file) => !collected.deeds.has(file))
    const ended = await collectSome(rest, worker, patience, collected)
    const culprit = files.find((file) => !collected.deeds.has(file))
    if (ended === null || culprit === undefined) return collected
    collected.deeds.set(culprit, [{ kind: 'unknown', reason: ended, at: null }])
  }
}

/** Resolves with why the thread ended before it was done; null where it was. */
function collectSome(
  files: readonly string[],
  worker: URL,
  patience: number,
  collected: CollectedFiles,
): Promise<string | null> {
  return new Promise((settle) => {
    const task: Task = { kind: 'collect', files }
    const thread = new Worker(worker, { workerData: task, stdout: true, stderr: true })
    const end = (ended: string | null) => {
      clearTimeout(timer)
      settle(ended)
      void thread.terminate()
    }
    const giveUp = () => end(`it does not come to an end within ${patience / 1000} seconds`)
    let timer = setTimeout(giveUp, patience)
    thread.on('message', (answer: Answer) => {
      clearTimeout(timer)
      if (answer.kind === 'done') return end(null)
      if (answer.kind === 'collected') {
        collected.deeds.set(answer.file, answer.deeds)
        if (answer.tenancies.length > 0) collected.tenancies = answer.tenancies
      }
      timer = setTimeout(giveUp, patience)
    })
    thread.on('error', (error) => end(`it fails outside of up(): ${error.message}`))
    thread.on('exit', (code) => end(`it ends the process, with ${code}`))
  })
}

/** With the comments, where some may be meant for ringfence. */
function read(migration: Migration, deeds: readonly Deed[]): Migration {
  const { text } = migration
  const parts = partsOf(text, deeds)
  return text.includes('ringfence:')
    ? { ...migration, parts, comments: programComments(text) }
    : { ...migration, parts }
}

function partsOf(text: string, deeds: readonly Deed[]): readonly MigrationPart[] {
  const lines = new LineIndex(text)
  return deeds.map((deed): MigrationPart => {
    const place = deed.at
    const span =
      place === null
        ? { start: 0, end: lines.line(1).length }
        : callExtent(text, lines.offsetOf({ line: place.line, column: place.column }))
    if (deed.kind === 'statement') return { kind: 'substituted', sql: deed.sql, ...span }
    return { kind: 'unreadable', reason: deed.reason, ...span }
  })
}
