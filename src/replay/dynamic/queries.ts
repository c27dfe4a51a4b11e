import type { FuncCall, Node } from 'libpg-query'
import type { Routine } from '../../model/schema-model.ts'
import { as, strings, walk } from '../../sql/node.ts'
import type { InnerPlace } from '../context.ts'
import { callEffects, queryEffects, routineEffects } from '../effects.ts'
import { isHarmless } from '../harmless-routines.ts'
import { calledRoutines } from '../routine-calls.ts'
import { isSessionSetting, setConfigOf } from '../set-config.ts'
import { setSetting } from '../statements/settings.ts'
import { invoke } from './calls.ts'
import { GiveUp, Raised, type Under } from './execution.ts'
import { type CallArgument, Evaluator } from './expression.ts'
import { runExtensionRoutine } from './extension-routines.ts'
import type { Frame } from './frame.ts'
import { anyRows, type Rows, select } from './select.ts'
import { possibleRow } from './sources/rows.ts'
import { typeNamed } from './targets.ts'
import { type Fired, runTriggers } from './trigger-functions.ts'
import { Row, truthOf, unknown, type Value } from './value.ts'
import type { Variables } from './variables.ts'

/** A routine that does something is called where it can't be told whether, how often or in which order. */
class Unsure extends Error {
  override readonly name = 'Unsure'
}

/**
 * Runs a query for its rows and for what the routines do that it calls. Where it is not known which calls happen each may have.
 */
export function runQuery(
  frame: Frame,
  node: Node,
  place: InnerPlace,
  under: Under,
  variables: Variables | null,
): Rows {
  const { state } = frame.execution.context
  const effectful = new Set<FuncCall>()
  const fired: Fired[] = []
  const others = queryEffects(state, node, new Set(), {
    onCall: (call) => {
      if (callEffects(state, call).length > 0) effectful.add(call)
    },
    onTrigger: (relation, trigger, routine) => fired.push({ relation, trigger, routine }),
  })
  if (effectful.size === 0 && others.length === 0 && fired.length === 0) {
    const call = (called: FuncCall, args: readonly CallArgument[]) =>
      calledRoutines(state, called).length === 0 ? undefined : runCall(frame, place, under, called, args)
    return rowsOf(new Evaluator({ ...frame.surroundings(variables), call }), node)
  }
  const start = frame.execution.checkpoint()
  try {
    const rows = rowsOf(runningEvaluator(frame, place, under, variables, effectful), node)
    for (const { reason, affects } of others) frame.report(place, reasonUnder(reason, under), affects)
    runTriggers(frame, node, place, fired, variables)
    return rows
  } catch (error) {
    if (!(error instanceof Unsure)) throw error
    frame.execution.undo(start)
    for (const { reason, affects } of others) frame.report(place, reasonUnder(reason, under), affects)
    runTriggers(frame, node, place, fired, variables)
    const evaluator = new Evaluator(frame.surroundings(variables))
    for (const call of effectful) {
      runCall(frame, place, under ?? inQuery, call, argumentsOf(evaluator, call))
    }
    return anyRows
  }
}

/** What a call is under that stands where it is not known whether or how often it is evaluated. */
const inQuery = 'a query'

function reasonUnder(reason: string, under: Under): string {
  return under === null || under === inQuery ? reason : `${reason} under ${under}`
}

function argumentsOf(evaluator: Evaluator, { args = [] }: FuncCall): CallArgument[] {
  return args.map((arg) => {
    const named = as(arg, 'NamedArgExpr')
    return { name: named?.name ?? null, value: evaluator.value(named?.arg ?? arg, null) }
  })
}

function rowsOf(evaluator: Evaluator, node: Node): Rows {
  const query = as(node, 'SelectStmt')
  if (query !== undefined) return select(evaluator, query, null)
  const call = as(node, 'CallStmt')?.funccall
  if (call !== undefined) {
    const value = evaluator.value({ FuncCall: call }, null)
    const row = value instanceof Row ? value : new Row(new Map([['', value]]), false)
    return { rows: [{ row, isSure: true, isDoubtful: false }], isOrdered: true }
  }
  evaluator.around.unsure?.([node])
  return { rows: [possibleRow({})], isOrdered: true }
}

/** One that runs the routines of the history that a query calls, in the order in which it evaluates them. */
function runningEvaluator(
  frame: Frame,
  place: InnerPlace,
  under: Under,
  variables: Variables | null,
  effectful: ReadonlySet<FuncCall>,
): Evaluator {
  return new Evaluator({
    ...frame.surroundings(variables),
    call: (call, args, isSure) => runCall(frame, place, isSure ? under : (under ?? inQuery), call, args),
    unsure: (nodes) => {
      if (nodes.some((node) => callsOneOf(node, effectful))) throw new Unsure()
    },
  })
}

function callsOneOf(node: Node | undefined, effectful: ReadonlySet<FuncCall>): boolean {
  let found = false
  walk(node, (kind, value) => {
    if (kind === 'FuncCall' && effectful.has(value)) found = true
    return !found
  })
  return found
}

/** Of overloads those that take what the variables are that a call is given. */
function ofVariables(
  frame: Frame,
  routines: readonly Routine[],
  { args = [] }: FuncCall,
): readonly Routine[] {
  const types = args.map((arg) => {
    const [name, ...fields] = strings(as(arg, 'ColumnRef')?.fields)
    const type = fields.length === 0 ? frame.variables.find(name ?? '')?.type : undefined
    return type === undefined || type === null ? null : typeNamed(frame.execution.context.state, type)
  })
  return routines.filter((routine) =>
    types.every((type, at) => type === null || type === routine.arguments[at]),
  )
}

/** Undefined for what the evaluator knows by itself. */
function runCall(
  frame: Frame,
  place: InnerPlace,
  under: Under,
  call: FuncCall,
  args: readonly CallArgument[],
): Value | undefined {
  const { state } = frame.execution.context
  if (setConfigOf(call) !== null) return runSetConfig(frame, place, under, call, args)
  const candidates = calledRoutines(state, call)
  const [routine, another] = candidates.length > 1 ? ofVariables(frame, candidates, call) : candidates
  if (routine === undefined) {
    if (isHarmless(strings(call.funcname)) && callEffects(state, call).length === 0) return undefined
    if (runExtensionRoutine(frame, place, under, call, args)) return unknown
  } else if (another === undefined) {
    const isPure = routineEffects(state, routine).length === 0
    const value = isPure
      ? computed(frame, routine, args, place, under)
      : invoke(frame, routine, args, place, under)
    if (value !== undefined) return value
  }
  for (const { reason, affects } of callEffects(state, call))
    frame.report(place, reasonUnder(reason, under), affects)
  return unknown
}

/** Steps of a routine that is called for its value. */
const stepsForValue = 2000

/** The value of a routine that does nothing. */
function computed(
  frame: Frame,
  routine: Routine,
  args: readonly CallArgument[],
  place: InnerPlace,
  under: Under,
): Value {
  const { execution } = frame
  if (execution.isDeep) return unknown
  try {
    const value = execution.briefly(stepsForValue, () => invoke(frame, routine, args, place, null))
    return value === undefined ? unknown : value
  } catch (error) {
    if (error instanceof GiveUp || (error instanceof Raised && under !== null)) return unknown
    throw error
  }
}

function runSetConfig(
  frame: Frame,
  place: InnerPlace,
  under: Under,
  call: FuncCall,
  args: readonly CallArgument[],
): Value {
  const [name, value, local] = args.map((arg) => arg.value)
  const { state } = frame.execution.context
  if (typeof name === 'string' && !isSessionSetting(name)) {
    if (under === null && typeof value === 'string')
      setSetting(state, name.toLowerCase(), value, truthOf(local ?? null) ?? true)
    return value ?? unknown
  }
  const isLocal = truthOf(local ?? null)
  if (
    under === null &&
    typeof name === 'string' &&
    typeof value === 'string' &&
    typeof isLocal === 'boolean'
  ) {
    setSetting(state, name.toLowerCase(), value, isLocal)
    return value
  }
  for (const { reason, affects } of callEffects(state, call))
    frame.report(place, reasonUnder(reason, under), affects)
  return unknown
}
