import type { CreateTableAsStmt, Node } from 'libpg-query'
import type { RelationId } from '../../model/schema-model.ts'
import type { Handlers, StatementContext } from '../context.ts'

export const viewStatements = {
  ViewStmt() {},
  RefreshMatViewStmt() {},
} satisfies Partial<Handlers>

/** CREATE MATERIALIZED VIEW. */
export function createMaterializedView(_statement: CreateTableAsStmt, _context: StatementContext): void {}

/** ALTER VIEW ... SET / RESET (...), which arrive as commands of ALTER TABLE. */
export function setViewOptions(
  _context: StatementContext,
  _id: RelationId,
  _options: readonly Node[],
  _how: 'set' | 'reset',
): void {}
