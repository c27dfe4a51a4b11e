import { basename } from 'node:path'
import type { CompiledQuery, DatabaseConnection, KyselyPlugin, QueryResult } from 'kysely'
import { type Place, placeWithin, traceHere } from '../guard/call-site.ts'
import { unfinishedMessage, watchUnfinished } from '../unfinished.ts'
import { withValues } from './inline-values.ts'
import type { KyselyModule, RunnableMigration } from './load-migration.ts'
import { runUp } from './run-up.ts'
import { unknownCount, unknownRows } from './unknown-rows.ts'

/** What a migration did with its handle. */
export type Deed =
  /** It sent a statement. */
  | { readonly kind: 'statement'; readonly sql: string; readonly at: Place | null }
  /** It did what a run against no database can't follow. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly at: Place | null }

/**
 * Runs `up` against no database and tells what it did, in order. Queries answer with no rows; where the answer is looked at, that is
 * told, for with a database the migration could go another way from there. `file` is the migration, absolute.
 */
export async function dryRun(
  kysely: KyselyModule,
  migration: RunnableMigration,
  { file, plugins }: { readonly file: string; readonly plugins: readonly KyselyPlugin[] },
): Promise<readonly Deed[]> {
  const deeds: Deed[] = []
  const noteUnknown = (reason: string, trace: Error) => {
    const at = placeWithin(file, trace)
    const isKnown = deeds.some(
      (deed) => deed.kind === 'unknown' && deed.reason === reason && deed.at?.line === at?.line,
    )
    if (!isKnown) deeds.push({ kind: 'unknown', reason, at })
  }
  let isOver = false
  const connection = new CollectingConnection(({ sql, parameters }, trace) => {
    if (isOver) throw new Error(`${basename(file)} sends a statement after its up() has ended: ${sql}`)
    deeds.push({ kind: 'statement', sql: withValues(sql, parameters), at: placeWithin(file, trace) })
    return () => noteUnknown('it reads what a query returns, and no database was there to answer', trace)
  })
  try {
    const { unfinished } = await watchUnfinished(() => runUp(kysely, migration, { connection, plugins }))
    for (const one of unfinished) noteUnknown(unfinishedMessage(one), new Error())
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    noteUnknown(`it fails without a database: ${cause.message}`, cause)
  }
  isOver = true
  return deeds
}

/** Takes a statement; what it returns is called when somebody looks at the answer. */
type Take = (query: CompiledQuery, trace: Error) => () => void

class CollectingConnection implements DatabaseConnection {
  readonly #take: Take

  constructor(take: Take) {
    this.#take = take
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const onLook = this.#take(query, traceHere())
    return { rows: unknownRows(onLook) as Row[], numAffectedRows: unknownCount(onLook) }
  }

  // biome-ignore lint/correctness/useYield: no rows are known
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    this.#take(query, traceHere())()
  }
}
