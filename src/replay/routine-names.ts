import type { Routine } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { searched } from './names.ts'
import type { State } from './state.ts'

/** A name of one or two parts, as lists of String nodes give it (`strings`). */
export function qualifiedName(parts: readonly string[]): { namespace: string | undefined; name: string } {
  return { namespace: parts.at(-2), name: parts.at(-1) ?? '' }
}

/**
 * The routines that a name may mean, in the order of the search path: all overloads, for the arguments' types decide and
 * are not always known. Empty where the model has none, as for what PostgreSQL itself brings.
 */
export function findRoutines(state: State, parts: readonly string[]): Routine[] {
  const { namespace, name } = qualifiedName(parts)
  return searched(state, namespace).flatMap((each) => state.routines.group(displayId(each, name)))
}
