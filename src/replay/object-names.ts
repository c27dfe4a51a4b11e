import { displayId } from '../sql/identifiers.ts'
import { creationNamespace } from './names.ts'
import type { State } from './state.ts'

/** A name of one or two parts, as lists of String nodes give it (`strings`). */
export function qualifiedName(parts: readonly string[]): { namespace: string | undefined; name: string } {
  return { namespace: parts.at(-2), name: parts.at(-1) ?? '' }
}

/** What CREATE calls an object: the namespace written, or the first of the search path that exists. */
export function newName(
  state: State,
  parts: readonly string[],
): { id: string; namespace: string; name: string } {
  const { namespace: written, name } = qualifiedName(parts)
  const namespace = written ?? creationNamespace(state, {})
  return { id: displayId(namespace, name), namespace, name }
}
