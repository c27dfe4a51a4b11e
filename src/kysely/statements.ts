import { CompiledQuery } from 'kysely'
import type { Blueprint } from '../templates/blueprint.ts'
import { dollarQuoted } from '../templates/names.ts'
import { explainFailure } from './explain-failure.ts'
import { execute, type Handle } from './handle.ts'

/**
 * Runs the statements as one change: one by one in the transaction that the handle is in, in one DO block where it is in
 * none, so that a failure leaves nothing behind.
 */
export async function runTogether(
  handle: Handle,
  blueprint: Blueprint,
  statements: readonly string[],
): Promise<void> {
  const sent = handle.isTransaction ? statements : [doBlock(statements)]
  try {
    for (const statement of sent) await execute(handle, CompiledQuery.raw(statement))
  } catch (error) {
    throw explainFailure(error, blueprint)
  }
}

/** One statement that does what all of them do, or nothing. */
export function doBlock(statements: readonly string[]): string {
  return `do ${dollarQuoted(['begin', ...statements.map((statement) => `${statement};`), 'end'].join('\n'))}`
}
