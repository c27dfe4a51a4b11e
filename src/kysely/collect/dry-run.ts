import { setImmediate } from 'node:timers/promises'
import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  Driver,
  Kysely,
  KyselyPlugin,
  QueryResult,
} from 'kysely'
import { type Place, placeWithin, traceHere } from '../guard/call-site.ts'
import { unfinishedMessage, watchUnfinished } from '../unfinished.ts'
import { withValues } from './inline-values.ts'
import { unknownCount, unknownRows } from './unknown-rows.ts'

/** What a migration did with its handle. */
export type Deed =
  /** It sent a statement. */
  | { readonly kind: 'statement'; readonly sql: string; readonly at: Place | null }
  /** It did what a run against no database can't follow. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly at: Place | null }

/** What of the module `kysely` a dry run needs: the copy that the migration itself imports. */
export type KyselyModule = Pick<
  typeof import('kysely'),
  'Kysely' | 'PostgresAdapter' | 'PostgresIntrospector' | 'PostgresQueryCompiler'
>

/** A migration as Kysely takes it. */
export interface RunnableMigration {
  up(db: Kysely<unknown>): Promise<void>
  /** Of Kysely 0.30. */
  readonly config?: { readonly transaction?: boolean }
}

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
  const connection = new CollectingConnection(({ sql, parameters }, trace) => {
    deeds.push({ kind: 'statement', sql: withValues(sql, parameters), at: placeWithin(file, trace) })
    return () => noteUnknown('it reads what a query returns, and no database was there to answer', trace)
  })
  const db = new kysely.Kysely<unknown>({ dialect: dialectOf(kysely, connection), plugins: [...plugins] })
  try {
    const { unfinished } = await watchUnfinished(() => run(db, migration))
    await setImmediate()
    for (const one of unfinished) noteUnknown(unfinishedMessage(one), new Error())
  } catch (error) {
    noteUnknown(
      `it fails without a database: ${error instanceof Error ? error.message : String(error)}`,
      asError(error),
    )
  } finally {
    await db.destroy()
  }
  return deeds
}

function run(db: Kysely<unknown>, migration: RunnableMigration): Promise<void> {
  if (migration.config?.transaction === false) return db.connection().execute((one) => migration.up(one))
  return db.transaction().execute((transaction) => migration.up(transaction))
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function dialectOf(kysely: KyselyModule, connection: CollectingConnection): Dialect {
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    releaseConnection: nothing,
    destroy: nothing,
  }
  return {
    createAdapter: () => new kysely.PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new kysely.PostgresIntrospector(db),
    createQueryCompiler: () => new kysely.PostgresQueryCompiler(),
  }
}

async function nothing(): Promise<void> {}

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
