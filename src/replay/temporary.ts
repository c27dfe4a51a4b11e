import { temporaryNamespace } from './names.ts'
import { removeObjects } from './removal.ts'
import type { State } from './state.ts'

/** Drops temporary relations and sequences, as at the end of the session that made them. */
export function dropTemporary(state: State): void {
  const { relationsByNamespace, sequencesByNamespace } = state
  removeObjects(state, [
    ...relationsByNamespace.group(temporaryNamespace).map(({ id }) => ({ kind: 'relation', id }) as const),
    ...sequencesByNamespace.group(temporaryNamespace).map(({ id }) => ({ kind: 'sequence', id }) as const),
  ])
}
