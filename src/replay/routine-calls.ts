import type { FuncCall, Node } from 'libpg-query'
import type { Routine } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { builtInRoutines } from './built-in-routines.ts'
import { elementType } from './moves.ts'
import { argumentType } from './routine-names.ts'
import { resolveColumn, type Scope } from './scope.ts'
import type { State } from './state.ts'

/**
 * The routines that a call may mean: those of the first namespace of the search path (or of the one written) that has
 * overloads of the name which take as many arguments. More than one where only types that are not known could tell.
 */
export function calledRoutines(state: State, call: FuncCall, scope: Scope | null = null): readonly Routine[] {
  const names = strings(call.funcname)
  const name = names.at(-1) ?? ''
  const [namespace] = names.length > 1 ? names.slice(-2) : []
  const count = call.args?.length ?? 0
  for (const searched of namespace === undefined ? state.session.searchPath : [namespace]) {
    const overloads = state.routinesByName.group(displayId(searched, name))
    const routines = overloads.filter((routine) => takes(routine, count))
    if (routines.length === 0) continue
    const exact = routines.filter((routine) => routine.arguments.length === count)
    const candidates = exact.length > 0 ? exact : routines
    if (candidates.length < 2) return candidates
    return byTypes(
      candidates,
      (call.args ?? []).map((arg) => typeOf(state, arg, scope)),
    )
  }
  return []
}

/**
 * The same where PostgreSQL binds names for good. Of routines with the same arguments the first in the path is meant, and
 * `pg_catalog` stands before it unless the path says otherwise, so that a name of PostgreSQL's own stays its own.
 */
export function boundRoutines(state: State, call: FuncCall, scope: Scope | null): readonly Routine[] {
  const routines = calledRoutines(state, call, scope)
  const names = strings(call.funcname)
  if (names.length > 1 || !builtInRoutines.has(names[0] ?? '')) return routines
  const path = state.session.searchPath
  const at = path.indexOf('pg_catalog')
  return routines.filter((routine) => {
    const isOverload = routine.arguments.some((type) => type.includes('.'))
    return isOverload || (at >= 0 && path.indexOf(routine.namespace) < at)
  })
}

/** Arguments left out may have defaults, more than declared may go to VARIADIC. */
function takes(routine: Routine, count: number): boolean {
  return count <= routine.arguments.length || (routine.arguments.at(-1)?.endsWith('[]') ?? false)
}

/** Narrows overloads down by the arguments whose types are known. */
function byTypes(routines: readonly Routine[], types: readonly (string | null)[]): readonly Routine[] {
  const fitting = routines.filter((routine) =>
    types.every((type, at) => type === null || type === routine.arguments[at]),
  )
  return fitting.length > 0 ? fitting : routines
}

/** The type of an argument that is a cast or a column; null where only the server can tell. */
function typeOf(state: State, arg: Node, scope: Scope | null): string | null {
  const cast = as(arg, 'TypeCast')?.typeName
  if (cast !== undefined) return argumentType(state, cast)
  const ref = as(arg, 'ColumnRef')
  const found = ref && resolveColumn(scope, ref)
  const type = found?.relation.columns.find(({ name }) => name === found.column)?.type
  return type === undefined || type.endsWith('[]') ? (type ?? null) : elementType(type)
}
