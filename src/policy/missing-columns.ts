import type { Expression, Relation } from '../model/schema-model.ts'
import { as, kindOf, strings, walk } from '../sql/node.ts'
import { ownColumn } from './canonical.ts'

const systemColumns: ReadonlySet<string> = new Set(['cmax', 'cmin', 'ctid', 'tableoid', 'xmax', 'xmin'])

/** The columns that an expression takes from the relation and that it doesn't have. Subqueries are not looked into. */
export function missingColumns(relation: Relation, expression: Expression): string[] {
  const missing = new Set<string>()
  if (relation.columns.length === 0) return []
  walk([expression], (kind, value) => {
    if (kind === 'SubLink') return false
    if (kind !== 'ColumnRef') return true
    const node = { ColumnRef: value } as Expression
    const names = strings(as(node, 'ColumnRef')?.fields)
    const column = names.at(-1) ?? ''
    const isWholeRow = names.length === 1 && column === relation.name
    const isStar = as(node, 'ColumnRef')?.fields?.some((field) => kindOf(field) === 'A_Star') ?? false
    if (isWholeRow || isStar || systemColumns.has(column)) return false
    if (ownColumn(relation, node) === null) missing.add(column)
    return false
  })
  return [...missing]
}
