import type { Routine } from '../../model/schema-model.ts'
import { parseStatements } from '../../sql/parse.ts'
import type { InnerPlace } from '../context.ts'
import { isDataStatement, routineEffects, summary } from '../effects.ts'
import type { Under } from './execution.ts'
import type { CallArgument } from './expression.ts'
import { leavesOf } from './flow.ts'
import { Frame } from './frame.ts'
import { parametersOf } from './parameters.ts'
import { runQuery } from './queries.ts'
import { applySettings } from './routine-settings.ts'
import { runStatements } from './statements.ts'
import { isUnknown, RowSet, unknown, type Value } from './value.ts'
import { Variables } from './variables.ts'

/** Of a routine that is not called by name: a trigger's. */
interface Surrounding {
  /** What its code finds besides its parameters. */
  readonly variables?: Readonly<Record<string, Value>>
  /** What is said of it in reports. */
  readonly label?: string
}

/** Runs a routine of the history. Undefined where its code or what it is given can't be read, and nothing was done. */
export function invoke(
  caller: Frame,
  routine: Routine,
  args: readonly CallArgument[],
  place: InnerPlace,
  under: Under,
  { variables = {}, label }: Surrounding = {},
): Value | undefined {
  const { execution } = caller
  const { state } = execution.context
  const definition = state.routineTexts.definitionOf(routine)
  if (definition === undefined || !['sql', 'plpgsql'].includes(routine.language)) return undefined
  if (execution.isDeep) {
    const effect = summary(routineEffects(state, routine))
    if (effect !== null) execution.report(place, effect.reason, effect.affects)
    return unknown
  }
  const bound = parametersOf(caller, definition, args)
  if (bound === undefined) return undefined
  if (definition.isStrict && bound.some(({ isInput, variable }) => isInput && variable.value === null))
    return null
  const mayBeNull =
    definition.isStrict && bound.some(({ isInput, variable }) => isInput && isUnknown(variable.value))
  const within = mayBeNull ? (under ?? 'a STRICT function') : under
  const inside = { ...place, offsetOf: () => place.source.start }
  const frame = new Frame(execution, new Variables(bound.map(({ variable }) => variable)), () => inside)
  frame.outputs = bound.flatMap(({ name, isInput }) => (isInput || name === null ? [] : name))
  frame.variables.enter(routine.name)
  for (const [at, { name, variable }] of bound.entries()) {
    frame.variables.declare(`$${at + 1}`, variable)
    if (name !== null) frame.variables.declare(name, variable)
  }
  for (const [name, value] of Object.entries(variables)) frame.variables.declare(name, { type: null, value })
  execution.calls.push(label ?? `call of ${routine.id}`)
  const restoreSettings = applySettings(state, routine)
  try {
    return routine.language === 'sql'
      ? runSql(frame, routine, inside, within)
      : runPlPgSql(frame, routine, within)
  } finally {
    restoreSettings()
    execution.calls.pop()
  }
}

function runPlPgSql(frame: Frame, routine: Routine, under: Under): Value | undefined {
  const read = frame.execution.context.state.routineTexts.stepsOf(routine)
  if ('error' in read) return undefined
  frame.variables.declare('found', { type: 'boolean', value: false })
  const flow = frame.run(read.steps, under)
  if (givesSet(routine)) {
    const isKnown = frame.emitted !== null && (flow === 'next' || 'how' in flow)
    return isKnown ? new RowSet(frame.emitted ?? []) : unknown
  }
  if (flow !== 'next' && 'how' in flow) return flow.value
  return leavesOf(flow).length === 0 ? null : unknown
}

function runSql(frame: Frame, routine: Routine, place: InnerPlace, under: Under): Value {
  const statements =
    routine.sqlBody?.map((node) => ({ node, start: 0, end: 0, offsetOf: () => 0 })) ??
    parseStatements(routine.body ?? '')
  const last = statements.at(-1)
  runStatements(frame, statements.slice(0, -1), place, under, null)
  if (last === undefined || !('node' in last) || !isDataStatement(last.node)) {
    if (last !== undefined) runStatements(frame, [last], place, under, null)
    return unknown
  }
  const { rows } = runQuery(frame, last.node, place, under, frame.variables)
  if (givesSet(routine)) return new RowSet(rows)
  const [first] = rows
  if (first === undefined) return null
  const isKnown = rows.every(({ isSure, isDoubtful }) => isSure && !isDoubtful) && rows.length === 1
  const [value = null] = first.row.fields.values()
  return isKnown ? (first.row.fields.size > 1 ? first.row : value) : unknown
}

function givesSet({ returns }: Routine): boolean {
  return returns !== null && (returns.startsWith('SETOF') || returns.startsWith('TABLE'))
}
