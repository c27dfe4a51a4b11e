import { temporaryNamespace } from './names.ts'
import { removeObjects } from './removal.ts'
import type { State } from './state.ts'

/** Drops temporary relations and sequences, as at the end of the session that made them. */
export function dropTemporary(state: State): void {
  const sequences = [...state.sequences.values()].filter(({ namespace }) => namespace === temporaryNamespace)
  removeObjects(state, [
    ...state.relations.temporary.map((id) => ({ kind: 'relation', id }) as const),
    ...sequences.map(({ id }) => ({ kind: 'sequence', id }) as const),
  ])
}
