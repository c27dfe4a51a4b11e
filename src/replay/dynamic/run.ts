import type { Node } from 'libpg-query'
import type { Routine } from '../../model/schema-model.ts'
import type { StatementContext } from '../context.ts'
import { codeEffects, type Effect, queryEffects, routineEffects } from '../effects.ts'
import { codeOfSteps } from '../routine-code.ts'
import { invoke } from './calls.ts'
import { Execution, GiveUp, Raised } from './execution.ts'
import { Frame, type PlaceOf } from './frame.ts'
import { runQuery } from './queries.ts'
import type { Rows } from './select.ts'
import type { SourceRow } from './sources/rows.ts'
import type { Step } from './steps.ts'
import { Variables } from './variables.ts'

const noTables: ReadonlyMap<string, Rows> = new Map()

/** Runs a query of the history, for what the routines do that it calls. */
export function runTopQuery(context: StatementContext, node: Node): void {
  const place = { source: context.source, text: context.text, offsetOf: () => context.source.start }
  runTop(
    context,
    () => queryEffects(context.state, node),
    (execution) => {
      const frame = new Frame(execution, new Variables(), () => place)
      runQuery(frame, node, place, null, null)
    },
  )
}

/** Runs the code of a DO block. */
export function runCode(context: StatementContext, steps: readonly Step[], placeOf: PlaceOf): void {
  runTop(
    context,
    () => codeEffects(context.state, codeOfSteps(steps)),
    (execution) => {
      const frame = new Frame(execution, new Variables(), placeOf)
      frame.variables.enter(null)
      frame.variables.declare('found', { type: 'boolean', value: false })
      frame.run(steps, null)
    },
  )
}

/** Runs the function of an event trigger at the end of a command. */
export function runEventTrigger(
  context: StatementContext,
  routine: Routine,
  tag: string,
  rows: readonly SourceRow[],
): void {
  const place = { source: context.source, text: context.text, offsetOf: () => context.source.start }
  const tables = new Map([['pg_event_trigger_ddl_commands', { rows, isOrdered: true }]])
  const variables = { tg_event: 'ddl_command_end', tg_tag: tag }
  runTop(
    context,
    () => routineEffects(context.state, routine),
    (execution) => {
      invoke(new Frame(execution, new Variables(), () => place), routine, [], place, null, { variables })
    },
    tables,
  )
}

/**
 * Code that is not followed to its end may do all that stands in it. Code that fails does nothing; since a history that stands
 * didn't fail, something isn't as the model has it.
 */
export function runTop(
  context: StatementContext,
  effectsOf: () => readonly Effect[],
  run: (execution: Execution) => void,
  tables: ReadonlyMap<string, Rows> = noTables,
): void {
  const execution = new Execution(context, tables)
  const start = execution.checkpoint()
  try {
    run(execution)
    execution.finish()
  } catch (error) {
    if (error instanceof Raised) {
      execution.undo(start)
      context.unmodelled(`it ends in an exception by what the model holds (${error.condition})`, null)
    } else if (error instanceof GiveUp) {
      execution.undo(start)
      for (const { reason, affects } of effectsOf()) context.unmodelled(reason, affects)
    } else throw error
  }
}
