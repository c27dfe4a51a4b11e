import { AsyncLocalStorage } from 'node:async_hooks'
import { callSiteOf, displayCallSite, traceHere } from './guard/call-site.ts'

/** A builder that was made, and that nothing was asked of yet. */
export interface Unfinished {
  /** `createTenantTable('invoices')` */
  readonly call: string
  /** Where it was made: `migrations/002_invoices.ts:4`. */
  readonly at: string | null
}

interface Registry {
  /** Those made outside of `watchUnfinished`. */
  readonly unwatched: Set<Unfinished>
  readonly watched: AsyncLocalStorage<Set<Unfinished>>
}

const key = Symbol.for('ringfence.unfinished')

/** One for all copies of this library that a process loads. */
function registry(): Registry {
  const holder: typeof globalThis & { [key]?: Registry } = globalThis
  const found = holder[key]
  if (found !== undefined) return found
  const made: Registry = { unwatched: new Set(), watched: new AsyncLocalStorage() }
  holder[key] = made
  process.on('exit', () => complain(made.unwatched))
  return made
}

/**
 * Runs a migration, and tells which builders it made and never executed: a table that was written down and not created
 * leaves no trace in the database.
 */
export async function watchUnfinished<Result>(
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly unfinished: readonly Unfinished[] }> {
  const made = new Set<Unfinished>()
  const result = await registry().watched.run(made, run)
  return { result, unfinished: [...made] }
}

/** What is said of a builder that was never executed. */
export function unfinishedMessage({ call, at }: Unfinished): string {
  return `${call} was never executed${at === null ? '' : `, at ${at}`}: end it with .execute()`
}

/** Notes a builder; what is returned is called once it is compiled or executed. */
export function begun(call: string): () => void {
  const { unwatched, watched } = registry()
  const site = callSiteOf(traceHere())
  const entry = { call, at: site === null ? null : displayCallSite(site) }
  const made = watched.getStore() ?? unwatched
  made.add(entry)
  if (made === unwatched) setImmediate(() => warn(entry, unwatched))
  return () => made.delete(entry)
}

/** A chain of calls is over within one turn of the event loop; a builder that is kept for longer is told of, and not refused. */
function warn(entry: Unfinished, unwatched: ReadonlySet<Unfinished>): void {
  if (unwatched.has(entry)) {
    process.emitWarning(unfinishedMessage(entry), { type: 'RingfenceWarning', code: 'RINGFENCE_UNFINISHED' })
  }
}

/** A process that ends with a table not created ends in failure. */
function complain(unwatched: ReadonlySet<Unfinished>): void {
  if (unwatched.size > 0) throw new Error([...unwatched].map(unfinishedMessage).join('\n'))
}
