import type { RelationId, RoutineId } from '../model/schema-model.ts'
import type { StatementContext } from './context.ts'

export function dropRelation(context: StatementContext, id: RelationId, _cascade: boolean): void {
  context.state.relations.delete(id)
}

export function dropColumn(
  _context: StatementContext,
  _relation: RelationId,
  _column: string,
  _cascade: boolean,
): void {}

export function dropConstraint(
  _context: StatementContext,
  _relation: RelationId,
  _name: string,
  _cascade: boolean,
): void {}

export function dropRoutine(context: StatementContext, id: RoutineId, _cascade: boolean): void {
  context.state.routines.delete(id)
}

export function dropType(context: StatementContext, id: string, _cascade: boolean): void {
  context.state.types.delete(id)
}

export function dropNamespace(context: StatementContext, name: string, _cascade: boolean): void {
  context.state.namespaces.delete(name)
}

export function dropSequence(context: StatementContext, id: string, _cascade: boolean): void {
  context.state.sequences.delete(id)
}
