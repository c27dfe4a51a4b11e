import { CompiledQuery } from 'kysely'
import type { Blueprint } from '../templates/blueprint.ts'
import { qualified } from '../templates/names.ts'
import {
  type ExistingTable,
  protectTable,
  protectTableAtOnce,
  type Step,
} from '../templates/tables/protect-table.ts'
import { explainFailure } from './explain-failure.ts'
import { columnOf, execute, type Handle, relationOf } from './handle.ts'
import { runTogether } from './statements.ts'

export interface ExistingTableOptions extends Omit<ExistingTable, 'table' | 'backfillReads'> {
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
  try {
    await runSteps(handle, blueprint, protectTable(blueprint, existing).up)
  } catch (failure) {
    await forceAgain(handle, blueprint, existing, failure)
    throw failure
  }
}

/** Tables that a step reads as their owner are forced again by a later one, which the failure kept from running. */
async function forceAgain(
  handle: Handle,
  blueprint: Blueprint,
  { backfillReads = [] }: ExistingTable,
  failure: unknown,
): Promise<void> {
  const read = [...backfillReads, blueprint.tenants].map(qualified)
  try {
    const statements = read.map((table) => `alter table ${table} force row level security`)
    await runTogether(handle, blueprint, statements)
  } catch (error) {
    throw new AggregateError(
      [failure, error],
      `row security is not forced on one of ${read.join(', ')}: force it`,
    )
  }
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
  const { online: _, backfillReads, id, ...others } = options
  return {
    ...others,
    table: relationOf(handle, name),
    ...(backfillReads && { backfillReads: backfillReads.map((read) => relationOf(handle, read)) }),
    ...(id && { id: id.map((column) => columnOf(handle, column)) }),
  }
}

async function runSteps(handle: Handle, blueprint: Blueprint, steps: readonly Step[]): Promise<void> {
  for (const [at, { purpose, statements, transaction }] of steps.entries()) {
    try {
      if (transaction === 'own') await runTogether(handle, blueprint, statements)
      else for (const statement of statements) await execute(handle, CompiledQuery.raw(statement))
    } catch (error) {
      const cause = explainFailure(error, blueprint)
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(
        `step ${at + 1} of ${steps.length} failed (${purpose}): ${reason}. The steps before it are done, and nothing is protected yet${await cleanUp(handle, blueprint, steps[at + 1])}`,
        { cause },
      )
    }
  }
}

/** Takes back what was opened for a step that failed; what is left open where that fails too. */
async function cleanUp(handle: Handle, blueprint: Blueprint, next: Step | undefined): Promise<string> {
  if (next?.isCleanup !== true) return ''
  try {
    await runTogether(handle, blueprint, next.statements)
    return ''
  } catch {
    return `. Run this by hand: ${next.statements.join('; ')}`
  }
}
