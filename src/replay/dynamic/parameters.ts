import type { FunctionParameter } from 'libpg-query'
import type { Definition } from '../routine-code.ts'
import { argumentType } from '../routine-names.ts'
import { itemsOf } from './array-functions.ts'
import { type CallArgument, Evaluator } from './expression.ts'
import type { Frame } from './frame.ts'
import { coerced } from './targets.ts'
import { unknown, type Value } from './value.ts'
import type { Variable } from './variables.ts'

/** A parameter of a routine that is called. */
export interface Bound {
  readonly name: string | null
  readonly variable: Variable
  readonly isInput: boolean
}

/** The input parameters with what they are given, and output parameters; undefined where the call doesn't fit. */
export function parametersOf(
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
    const type = parameter.argType === undefined ? null : argumentType(state, parameter.argType)
    const variable: Variable = { type: isRead(type) ? type : null, value: null }
    if (isOutput(parameter)) {
      if (routine.kind === 'procedure' && args.length > 0) position++
      bound.push({ name, variable, isInput: false })
      continue
    }
    if (mode === 'FUNC_PARAM_VARIADIC') {
      variable.value = variadic(positional.slice(position))
      position = positional.length
      bound.push({ name, variable, isInput: true })
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

/** The arguments that are left, as one array. */
function variadic(args: readonly CallArgument[]): Value {
  const [first] = args
  if (first?.isVariadic !== true) return args.map(({ value }) => value)
  const items = itemsOf(first.value)
  return items === undefined ? unknown : items
}

/** Polymorphic types take what is given. */
function isRead(type: string | null): boolean {
  return type !== null && !type.startsWith('any')
}
