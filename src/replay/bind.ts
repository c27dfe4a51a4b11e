import type { Node } from 'libpg-query'
import type { Expression, Relation, RelationId, RoutineId } from '../model/schema-model.ts'
import type { StatementContext } from './context.ts'

export interface BoundQuery {
  readonly query: Expression
  readonly reads: readonly RelationId[]
  readonly calls: readonly RoutineId[]
}

/** A copy of an expression in which names are qualified by what the search path finds now. `relation`: the one whose columns it sees. */
export function bindExpression(
  _context: StatementContext,
  node: Node,
  _relation: Relation | null,
): Expression {
  return node
}

/** The same for a query, and what it reads and calls. */
export function bindQuery(_context: StatementContext, node: Node): BoundQuery {
  return { query: node, reads: [], calls: [] }
}
