import type { Node } from 'libpg-query'

/** The normalised text of an expression: two spellings of the same expression print alike. */
export function printExpression(node: Node): string {
  return JSON.stringify(node)
}

/** The normalised text of a query. */
export function printQuery(node: Node): string {
  return JSON.stringify(node)
}
