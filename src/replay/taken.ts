import { displayId } from '../sql/identifiers.ts'
import type { StatementContext } from './context.ts'
import { isRelationNameTaken } from './names.ts'

/**
 * Whether a new relation can't have a name because another has it; reported unless the statement says IF NOT EXISTS.
 * A temporary relation gives way: the session that it belonged to may be over.
 */
export function isTaken(
  context: StatementContext,
  namespace: string,
  name: string,
  ifNotExists: boolean,
): boolean {
  const { state } = context
  if (!isRelationNameTaken(state, namespace, name)) return false
  const id = displayId(namespace, name)
  if (ifNotExists) return true
  if (state.relations.get(id)?.persistence === 'temporary') {
    state.relations.delete(id)
    return false
  }
  context.unmodelled(`${id} exists already`, [id])
  return true
}
