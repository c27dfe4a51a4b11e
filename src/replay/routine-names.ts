import type { ObjectWithArgs, TypeName } from 'libpg-query'
import type { Routine } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { searched, typeName } from './names.ts'
import { qualifiedName } from './object-names.ts'
import type { State } from './state.ts'

/**
 * The routines that a name may mean, in the order of the search path: all overloads, for the arguments' types decide and
 * are not always known. Empty where the model has none, as for what PostgreSQL itself brings.
 */
export function findRoutines(state: State, parts: readonly string[]): Routine[] {
  const { namespace, name } = qualifiedName(parts)
  return searched(state, namespace).flatMap((each) => state.routinesByName.group(displayId(each, name)))
}

/** The routine that DROP, ALTER or GRANT names; where no arguments are written the first of the name. */
export function findRoutine(state: State, target: ObjectWithArgs): Routine | undefined {
  const overloads = findRoutines(state, strings(target.objname))
  if (target.args_unspecified) return overloads[0]
  const types = (target.objargs ?? []).flatMap((arg) => as(arg, 'TypeName') ?? [])
  const wanted = types.map((type) => argumentType(state, type))
  return overloads.find(
    (routine) =>
      routine.arguments.length === wanted.length &&
      routine.arguments.every((type, at) => type === wanted[at]),
  )
}

/** The type of an argument as the ids of routines have it: modifiers are no part of it. */
export function argumentType(state: State, type: TypeName): string {
  const name = typeName(state, type, [])
  if (name.startsWith('bpchar')) return name.replace('bpchar', 'character')
  return name.startsWith('"bit"') ? name.replace('"bit"', 'bit') : name
}
