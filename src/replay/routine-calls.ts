import type { FuncCall, Node } from 'libpg-query'
import type { Routine } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { argumentType } from './routine-names.ts'
import type { State } from './state.ts'

/**
 * The routines that a call may mean: those of the first namespace of the search path (or of the one written) that has
 * overloads of the name which take as many arguments. More than one where only types could tell.
 */
export function calledRoutines(state: State, call: FuncCall): readonly Routine[] {
  const names = strings(call.funcname)
  const name = names.at(-1) ?? ''
  const [namespace] = names.length > 1 ? names.slice(-2) : []
  const count = call.args?.length ?? 0
  for (const searched of namespace === undefined ? state.session.searchPath : [namespace]) {
    const overloads = state.routines.group(displayId(searched, name))
    const routines = overloads.filter((routine) => takes(routine, count))
    if (routines.length === 0) continue
    const exact = routines.filter((routine) => routine.arguments.length === count)
    return byTypes(state, exact.length > 0 ? exact : routines, call.args ?? [])
  }
  return []
}

/** Arguments left out may have defaults, more than declared may go to VARIADIC. */
function takes(routine: Routine, count: number): boolean {
  return count <= routine.arguments.length || (routine.arguments.at(-1)?.endsWith('[]') ?? false)
}

/** Narrows overloads down by the arguments whose type is written as a cast. */
function byTypes(state: State, routines: readonly Routine[], args: readonly Node[]): readonly Routine[] {
  if (routines.length < 2) return routines
  const written = args.map((arg) => {
    const type = as(arg, 'TypeCast')?.typeName
    return type === undefined ? null : argumentType(state, type)
  })
  const fitting = routines.filter((routine) =>
    written.every((type, at) => type === null || type === routine.arguments[at]),
  )
  return fitting.length > 0 ? fitting : routines
}
