import { ContextError } from './context-error.ts'
import { currentContext } from './open-context.ts'
import { readText } from './values.ts'

/** What a queue hands over: for whom to run, and whatever else the job needs. */
export interface JobItem<TenantId = string, UserId = string> {
  readonly tenantId: TenantId
  readonly userId: UserId
}

export interface JobDefinition<Handle, Item, Result> {
  /** The source that the access log and messages name. */
  readonly name: string
  /** Whether each run is written to the access log. */
  readonly log?: boolean
  run(handle: Handle, item: Item): Promise<Result>
}

export interface Job<Source, Item, Result> {
  readonly name: string
  /** Runs it in the context of the item. */
  run(db: Source, item: Item): Promise<Result>
  /**
   * Runs it for one item after the other, each in a context and a transaction of its own. Items that name no tenant are
   * refused before the first one runs; one that fails does not keep the others from running.
   */
  runEach(db: Source, items: Iterable<Item>): Promise<Result[]>
}

/** What is left of a batch of which some items failed. */
export class JobBatchError<Item = unknown, Result = unknown> extends AggregateError {
  override readonly name = 'JobBatchError'
  readonly failed: readonly { readonly item: Item; readonly error: unknown }[]
  readonly done: readonly { readonly item: Item; readonly result: Result }[]

  constructor(
    message: string,
    failed: readonly { readonly item: Item; readonly error: unknown }[],
    done: readonly { readonly item: Item; readonly result: Result }[],
  ) {
    super(
      failed.map(({ error }) => error),
      message,
    )
    this.failed = failed
    this.done = done
  }
}

/** How jobs enter a context: `check` refuses an item by its values alone, `enter` runs in its context. */
export interface JobContexts<Source, Handle, Item> {
  check(item: Item): void
  enter<Result>(
    db: Source,
    item: Item,
    options: { readonly source: string; readonly log: boolean },
    fn: (handle: Handle) => Promise<Result>,
  ): Promise<Result>
}

export function jobOf<Source, Handle, Item, Result>(
  contexts: JobContexts<Source, Handle, Item>,
  definition: JobDefinition<Handle, Item, Result>,
): Job<Source, Item, Result> {
  const name = readText('name', definition.name)
  const options = { source: name, log: definition.log ?? false }
  const run = (db: Source, item: Item) =>
    contexts.enter(db, item, options, (handle) => definition.run(handle, item))
  return {
    name,
    run,
    async runEach(db, items) {
      refuseInside(name)
      const all = [...items]
      for (const [at, item] of all.entries()) checkItem(name, at, () => contexts.check(item))
      const failed: { item: Item; error: unknown }[] = []
      const done: { item: Item; result: Result }[] = []
      for (const item of all) {
        try {
          done.push({ item, result: await run(db, item) })
        } catch (error) {
          failed.push({ item, error })
        }
      }
      if (failed.length > 0) {
        const message = `${failed.length} of ${all.length} items of the job ${name} failed`
        throw new JobBatchError(message, failed, done)
      }
      return done.map(({ result }) => result)
    },
  }
}

function refuseInside(name: string): void {
  const context = currentContext()
  if (context === undefined) return
  const message = `the job ${name} can't run for many tenants inside of the context of ${context}: end it first`
  throw new ContextError('other context', message)
}

function checkItem(name: string, at: number, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof ContextError)) throw error
    throw new ContextError(error.code, `item ${at} of the job ${name}: ${error.message}`)
  }
}
