import { temporaryNamespace } from './names.ts'
import { removeObjects } from './removal.ts'
import type { State } from './state.ts'

/** Drops temporary relations and sequences, as at the end of the session that made them. */
export function dropTemporary(state: State): void {
  const relations = [...state.relations.values()].filter(({ namespace }) => namespace === temporaryNamespace)
  const sequences = [...state.sequences.values()].filter(({ namespace }) => namespace === temporaryNamespace)
  removeObjects(state, [
    ...relations.map(({ id }) => ({ kind: 'relation', id }) as const),
    ...sequences.map(({ id }) => ({ kind: 'sequence', id }) as const),
  ])
}
