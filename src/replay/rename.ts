import type { RelationId } from '../model/schema-model.ts'
import type { StatementContext } from './context.ts'

/** Gives a relation another id and rewrites every reference to it. */
export function moveRelation(
  _context: StatementContext,
  _id: RelationId,
  _to: { namespace: string; name: string },
): void {}
