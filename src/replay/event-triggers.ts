import type { RoutineId } from '../model/schema-model.ts'
import type { StatementContext } from './context.ts'
import { routineEffects } from './effects.ts'

/**
 * From now on the function of an enabled event trigger runs with the statements that it fires for, and may change what they
 * make: one unmodelled statement says so, unless the function is seen to change nothing.
 */
export function reportEventTriggers(context: StatementContext, routine: RoutineId): void {
  const { eventTriggers, routines } = context.state
  const trigger = [...eventTriggers.values()].find((each) => each.enabled && each.routine === routine)
  if (trigger === undefined) return
  const found = routines.get(routine)
  const effects = found === undefined ? [] : routineEffects(context.state, found)
  if (found !== undefined && effects.length === 0) return
  const cause = effects[0] === undefined ? 'nothing in the history shows it' : effects[0].reason
  context.unmodelled(`event trigger ${trigger.name} runs ${routine}: ${cause}`, null)
}
