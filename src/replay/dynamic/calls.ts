import type { FunctionParameter } from 'libpg-query'
import type { Routine } from '../../model/schema-model.ts'
import { parseStatements } from '../../sql/parse.ts'
import type { InnerPlace } from '../context.ts'
import { routineEffects, summary } from '../effects.ts'
import type { Definition } from '../routine-code.ts'
import { argumentType } from '../routine-names.ts'
import { setSetting } from '../statements/settings.ts'
import type { Under } from './execution.ts'
import { type CallArgument, Evaluator } from './expression.ts'
import { leavesOf } from './flow.ts'
import { Frame } from './frame.ts'
import { coerced } from './targets.ts'
import { isUnknown, unknown, type Value } from './value.ts'
import { type Variable, Variables } from './variables.ts'

/** Runs a routine of the history. `variables`: what its code finds besides its parameters. Undefined where its code or what it is given can't be read, and nothing was done. */
export function invoke(
  caller: Frame,
  routine: Routine,
  args: readonly CallArgument[],
  place: InnerPlace,
  under: Under,
  variables: Readonly<Record<string, Value>> = {},
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
  frame.variables.enter(routine.name)
  for (const { name, variable } of bound) if (name !== null) frame.variables.declare(name, variable)
  for (const [name, value] of Object.entries(variables)) frame.variables.declare(name, { type: null, value })
  execution.calls.push(routine.id)
  const restoreSettings = applySettings(caller, routine)
  try {
    return routine.language === 'sql'
      ? runSql(frame, routine, inside, within)
      : runPlPgSql(frame, routine, within)
  } finally {
    restoreSettings()
    execution.calls.pop()
  }
}

interface Bound {
  readonly name: string | null
  readonly variable: Variable
  readonly isInput: boolean
}

/** The input parameters with what they are given, and output parameters; undefined where the call doesn't fit. */
function parametersOf(
  caller: Frame,
  { parameters, routine }: Definition,
  args: readonly CallArgument[],
): Bound[] | undefined {
  const { state } = caller.execution.context
  const positional = args.filter(({ name }) => name === null)
  const bound: Bound[] = []
  let position = 0
  for (const parameter of parameters) {
    const { mode, name = null } = parameter
    if (mode === 'FUNC_PARAM_VARIADIC') return undefined
    const type = parameter.argType === undefined ? null : argumentType(state, parameter.argType)
    const variable: Variable = { type: isRead(type) ? type : null, value: null }
    if (isOutput(parameter)) {
      if (routine.kind === 'procedure' && args.length > 0) position++
      bound.push({ name, variable, isInput: false })
      continue
    }
    const named = args.find((arg) => arg.name !== null && arg.name === name)
    const given = named ?? positional[position]
    if (named === undefined) position++
    if (given === undefined && parameter.defexpr === undefined) return undefined
    const value =
      given === undefined
        ? new Evaluator({ ...caller.surroundings(null) }).value(parameter.defexpr, null)
        : given.value
    variable.value = coerced(caller, variable, value)
    bound.push({ name, variable, isInput: true })
  }
  return positional.length > position ? undefined : bound
}

function isOutput({ mode }: FunctionParameter): boolean {
  return mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_TABLE'
}

/** Polymorphic types take what is given. */
function isRead(type: string | null): boolean {
  return type !== null && !type.startsWith('any')
}

function runPlPgSql(frame: Frame, routine: Routine, under: Under): Value | undefined {
  const read = frame.execution.context.state.routineTexts.stepsOf(routine)
  if ('error' in read) return undefined
  frame.variables.declare('found', { type: 'boolean', value: false })
  const flow = frame.run(read.steps, under)
  if (routine.returns?.startsWith('SETOF') || routine.returns?.startsWith('TABLE')) return unknown
  if (flow !== 'next' && 'how' in flow) return flow.value
  return leavesOf(flow).length === 0 ? null : unknown
}

function runSql(frame: Frame, routine: Routine, place: InnerPlace, under: Under): Value {
  const statements =
    routine.sqlBody?.map((node) => ({ node, start: 0, end: 0, offsetOf: () => 0 })) ??
    parseStatements(routine.body ?? '')
  const last = statements.at(-1)
  frame.runStatements(statements.slice(0, -1), place, under, null)
  const result: Variable = { type: null, value: unknown }
  frame.variables.declare(resultName, result)
  const target = { columns: [{ path: [resultName], hasSubscript: false }] }
  if (last !== undefined) frame.runStatements([last], place, under, target)
  return routine.returns?.startsWith('SETOF') || routine.returns?.startsWith('TABLE') ? unknown : result.value
}

/** No name that SQL can use. */
const resultName = ' result'

/** The SET clauses of a routine, and whose rights it runs with; gives back what takes them back, unless a plain SET came after. */
function applySettings(caller: Frame, routine: Routine): () => void {
  const { state } = caller.execution.context
  const { settings, plainSets } = state.session
  const names = routine.settings.map((setting) => setting.slice(0, setting.indexOf('=')).toLowerCase())
  if (routine.securityDefiner) names.push('role')
  const before = names.map((name) => [name, settings.get(name)] as const)
  for (const setting of routine.settings) {
    const at = setting.indexOf('=')
    setSetting(state, setting.slice(0, at).toLowerCase(), setting.slice(at + 1), true)
  }
  const sets = new Map(plainSets)
  if (routine.securityDefiner) {
    if (routine.owner === null) settings.delete('role')
    else settings.set('role', routine.owner)
  }
  return () => {
    for (const [name, value] of before) {
      if (plainSets.get(name) !== sets.get(name)) continue
      if (value === undefined) settings.delete(name)
      else settings.set(name, value)
    }
  }
}
