import { ContextError } from './context-error.ts'
import type { ContextNames } from './names.ts'
import { contextStorage, currentContext, OpenContext } from './open-context.ts'
import { isFailedCheck, logRead, sqlState } from './plan.ts'
import { describeScope, isSameScope, type Order } from './scope.ts'
import type { Statement } from './statement.ts'

/** A transaction in which a context is open, as a driver provides it. */
export interface ContextTransaction<Handle> {
  /** What `fn` is given. */
  readonly handle: Handle
  /** Sends one of our statements. */
  send(statement: Statement): Promise<void>
  /** Sends the check of the plan and commits; rejects where either fails. */
  commit(): Promise<void>
  /** Sends what undoes the context. */
  undo(): Promise<void>
  /** Gives the connection back, or away where it is `broken`. */
  release(broken: boolean): Promise<void> | void
}

/** One database, through one driver. */
export interface ContextDatabase<Handle> {
  /** What is the same for all ways to reach this database. */
  readonly identity: object
  /** Opens the transaction and all that the plan of the context says. Leaves nothing behind where that fails. */
  open(context: OpenContext): Promise<ContextTransaction<Handle>>
  /** The handle of a transaction that this driver opened, for code that enters its context again. */
  reuse(transaction: ContextTransaction<unknown>): Handle | null
}

/** The contexts of one tenancy that are open, with their transactions. */
export type Transactions = WeakMap<OpenContext, ContextTransaction<unknown>>

/** Runs `fn` in a context of its own, or in the one that is open for the same tenant. */
export async function runInContext<Handle, Result>(
  names: ContextNames,
  transactions: Transactions,
  database: ContextDatabase<Handle>,
  order: Order,
  fn: (handle: Handle) => Promise<Result>,
): Promise<Result> {
  const outer = currentContext()
  if (outer !== undefined) refuseOther(outer, order)
  const same = outer?.of(database.identity)
  if (same !== undefined) return await fn(await entered(names, transactions, database, same, order))
  const context = new OpenContext(names, order, database.identity, outer)
  const storage = contextStorage()
  const transaction = await storage.run(context, () => opened(database, context))
  transactions.set(context, transaction)
  context.state = 'open'
  let result: Result
  try {
    result = await storage.run(context, () => fn(transaction.handle))
  } catch (error) {
    await storage.run(context, () => undo(context, transaction, error))
    throw error
  }
  await storage.run(context, () => commit(context, transaction))
  return result
}

function refuseOther(outer: OpenContext, { scope }: Order): void {
  if (isSameScope(outer.order.scope, scope)) return
  const message = `${describeScope(scope)} can't be entered: the context of ${outer} is open here, and a transaction has one`
  throw new ContextError('other context', message)
}

/** The handle of the open transaction, for code that asks for the same context within it. */
async function entered<Handle>(
  names: ContextNames,
  transactions: Transactions,
  database: ContextDatabase<Handle>,
  outer: OpenContext,
  order: Order,
): Promise<Handle> {
  const transaction = transactions.get(outer)
  const handle = transaction === undefined ? null : database.reuse(transaction)
  if (transaction === undefined || handle === null || outer.state !== 'open') {
    const problem = outer.state === 'open' ? 'was opened through another tenancy' : 'is about to end'
    throw new ContextError('other context', `the context of ${outer} can't be entered again: it ${problem}`)
  }
  for (const option of ['isolationLevel', 'accessMode'] as const) {
    if (order[option] === null || order[option] === outer.order[option]) continue
    const message = `the context of ${outer} is open already: its ${option} can't become ${order[option]}`
    throw new ContextError('other context', message)
  }
  if (order.log !== null) {
    const log = logRead(names, order.log)
    await transaction.send(log)
    outer.logged(log)
  }
  return handle
}

async function opened<Handle>(
  database: ContextDatabase<Handle>,
  context: OpenContext,
): Promise<ContextTransaction<Handle>> {
  try {
    return await database.open(context)
  } catch (error) {
    context.state = 'closed'
    throw notOpened(context, error)
  }
}

/** Errors in which the server says no to the context itself; those of connections are for whoever retries. */
function notOpened(context: OpenContext, error: unknown): unknown {
  const state = sqlState(error)
  if (!(error instanceof Error) || state === null || !/^(22|25|3F|42|P0)/.test(state)) return error
  const message = `the context of ${context} could not be opened: ${error.message}`
  return new ContextError('not opened', message, { cause: error })
}

async function commit(context: OpenContext, transaction: ContextTransaction<unknown>): Promise<void> {
  context.state = 'closing'
  try {
    await transaction.commit()
  } catch (error) {
    await undo(context, transaction, error)
    throw commitFailure(context, error)
  }
  context.state = 'closed'
  await transaction.release(false)
}

function commitFailure(context: OpenContext, error: unknown): unknown {
  if (isFailedCheck(error)) {
    const message = `the context of ${context} was not what it had been when fn ended: another role, tenant or user was set in it, or its transaction was ended. What was not committed in between is rolled back`
    return new ContextError('changed', message, { cause: error })
  }
  if (sqlState(error) === '25P02') {
    const message = `nothing of the context of ${context} is committed: a statement failed in it, and fn went on`
    return new ContextError('aborted', message, { cause: error })
  }
  return error
}

async function undo(
  context: OpenContext,
  transaction: ContextTransaction<unknown>,
  failure: unknown,
): Promise<void> {
  context.state = 'closing'
  let broken = true
  try {
    await transaction.undo()
    broken = false
  } catch (error) {
    if (context.logs.length > 0) {
      const told = error instanceof Error ? `: ${error.message}` : ''
      const message = `the context of ${context} failed, and what it had read could not be written to the access log again${told}`
      throw new ContextError('not logged', message, { cause: failure })
    }
  } finally {
    context.state = 'closed'
    await transaction.release(broken)
  }
}
