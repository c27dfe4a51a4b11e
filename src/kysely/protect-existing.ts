import { CompiledQuery } from 'kysely'
import type { Blueprint } from '../templates/blueprint.ts'
import type { Parent } from '../templates/tables/options.ts'
import {
  type ExistingTable,
  protectTable,
  protectTableAtOnce,
  type Step,
} from '../templates/tables/protect-table.ts'
import { explainFailure } from './explain-failure.ts'
import { columnOf, execute, type Handle, relationOf } from './handle.ts'
import { runTogether } from './statements.ts'

export interface ExistingTableOptions extends Omit<ExistingTable, 'table' | 'backfillReads' | 'parent'> {
  /** The tenant table that its rows belong to, and whose key they take over; then it is a child table. */
  readonly parent?: Omit<Parent, 'table'> & { readonly table: string }
  /** Forced tables that `backfill` reads. */
  readonly backfillReads?: readonly string[]
  /**
   * Goes step by step, each committed, so that the application works on meanwhile: for tables with many rows. Only outside
   * of a transaction. A step that fails names what was done until then.
   */
  readonly online?: boolean
}

export async function protectExisting(
  handle: Handle,
  blueprint: Blueprint,
  name: string,
  options: ExistingTableOptions,
): Promise<void> {
  const existing = existingTable(handle, name, options)
  if (options.online !== true)
    return runTogether(handle, blueprint, protectTableAtOnce(blueprint, existing).up)
  if (handle.isTransaction) {
    throw new Error(
      `protectTable(${JSON.stringify(name)}): online goes step by step, each committed, and this is a transaction; leave online out, or run the migration without a transaction`,
    )
  }
  await runSteps(handle, blueprint, protectTable(blueprint, existing).up)
}

export async function unprotectExisting(
  handle: Handle,
  blueprint: Blueprint,
  name: string,
  options: ExistingTableOptions,
): Promise<void> {
  await runTogether(
    handle,
    blueprint,
    protectTableAtOnce(blueprint, existingTable(handle, name, options)).down,
  )
}

function existingTable(handle: Handle, name: string, options: ExistingTableOptions): ExistingTable {
  const { online: _, backfillReads, id, parent, ...others } = options
  return {
    ...others,
    table: relationOf(handle, name),
    ...(backfillReads && { backfillReads: backfillReads.map((read) => relationOf(handle, read)) }),
    ...(parent && {
      parent: {
        ...parent,
        table: relationOf(handle, parent.table),
        column: columnOf(handle, parent.column),
      },
    }),
    ...(id && { id: id.map((column) => columnOf(handle, column)) }),
  }
}

async function runSteps(handle: Handle, blueprint: Blueprint, steps: readonly Step[]): Promise<void> {
  for (const [at, step] of steps.entries()) {
    try {
      await runStep(handle, blueprint, step)
    } catch (error) {
      const cause = explainFailure(error, blueprint)
      const reason = cause instanceof Error ? cause.message : String(cause)
      const failure = new Error(
        `step ${at + 1} of ${steps.length} failed (${step.purpose}): ${reason}. The steps before it are done, and nothing is protected yet`,
        { cause },
      )
      await cleanUp(handle, blueprint, steps.slice(at), failure)
      throw failure
    }
  }
}

async function runStep(
  handle: Handle,
  blueprint: Blueprint,
  { statements, transaction }: Step,
): Promise<void> {
  if (transaction === 'own') return runTogether(handle, blueprint, statements)
  for (const statement of statements) await execute(handle, CompiledQuery.raw(statement))
}

/** Runs, of the steps that are left, those that take back what was opened for one that failed. */
async function cleanUp(
  handle: Handle,
  blueprint: Blueprint,
  left: readonly Step[],
  failure: Error,
): Promise<void> {
  for (const step of left.filter(({ isCleanup }) => isCleanup === true)) {
    try {
      await runStep(handle, blueprint, step)
    } catch (error) {
      const message = `${failure.message}, and this could not be done: ${step.purpose}`
      throw new AggregateError([failure, error], message)
    }
  }
}
