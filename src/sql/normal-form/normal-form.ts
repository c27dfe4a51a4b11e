import type { Node } from 'libpg-query'
import { Expressions } from './expressions.ts'
import { emptyScope, type Scope } from './scope.ts'
import type { KnownNames } from './typed.ts'

/**
 * The expression as it is written most plainly, such that what a migration says and what the server prints of it come
 * out alike: columns qualified in queries, casts that the server adds left out, lists and ranges written in one way.
 * What the names do not tell stays as it is. `type`: the type that is asked of the whole, of a column's default.
 */
export function normalExpression(
  node: Node,
  names: KnownNames,
  scope: Scope = emptyScope,
  type?: string,
): Node {
  return new Expressions(names).whole(node, scope, type)
}

/** The same for a query. Names that it gives its columns are left out. */
export function normalQuery(node: Node, names: KnownNames): Node {
  return new Expressions(names).query(node, emptyScope)
}
