import type { Node, SelectStmt } from 'libpg-query'
import { as, strings } from '../../sql/node.ts'
import type { Evaluator, RowScope } from './expression.ts'
import type { Rows } from './select.ts'
import type { SourceRow } from './sources/rows.ts'
import { agreed } from './targets.ts'
import { equals, order, type Row, type Value } from './value.ts'

/** A row of a query and what it was made from. */
export interface SortedRow extends SourceRow {
  readonly scope: RowScope
}

/** DISTINCT: of rows that are surely equal the first. Of DISTINCT ON it is not known which is the first. */
export function distinct({ distinctClause }: SelectStmt, rows: readonly SortedRow[]): readonly SortedRow[] {
  if (distinctClause === undefined) return rows
  const isOn = distinctClause.some((node) => Object.keys(node).length > 0)
  return isOn ? rows.map((row) => ({ ...row, isSure: false })) : distinctRows(rows)
}

export function distinctRows(rows: readonly SortedRow[]): readonly SortedRow[] {
  return rows.filter(
    (row, at) => !rows.slice(0, at).some((other) => other.isSure && isEqual(other.row, row.row)),
  )
}

function isEqual(left: Row, right: Row): boolean {
  if (left.isOpen || right.isOpen) return false
  const others = [...right.fields.values()]
  return [...left.fields.values()].every((value, at) => {
    const other = others[at] ?? null
    return (value === null && other === null) || equals(value, other) === true
  })
}

/** ORDER BY, as far as the values can be compared. */
export function sorted(
  evaluator: Evaluator,
  { sortClause = [] }: SelectStmt,
  rows: readonly SortedRow[],
): Rows {
  if (sortClause.length === 0) return { rows, isOrdered: rows.length < 2 }
  const keyed = rows.map((row) => ({ row, keys: sortClause.map((node) => sortKey(evaluator, node, row)) }))
  let isOrdered = true
  keyed.sort((left, right) => {
    for (const [at, key] of left.keys.entries()) {
      const other = right.keys[at] ?? null
      const descending = as(sortClause[at], 'SortBy')?.sortby_dir === 'SORTBY_DESC'
      const difference =
        key === null || other === null ? Number(key === null) - Number(other === null) : order(key, other)
      if (difference === undefined) isOrdered = false
      else if (difference !== 0) return descending ? -difference : difference
    }
    return 0
  })
  return { rows: keyed.map(({ row }) => row), isOrdered }
}

/** A column of the output by its name or number, else an expression over the input. */
function sortKey(evaluator: Evaluator, node: Node, { row, scope }: SortedRow): Value {
  const key = as(node, 'SortBy')?.node
  const position = as(key, 'A_Const')?.ival?.ival
  if (position !== undefined) return [...row.fields.values()][position - 1] ?? null
  const names = strings(as(key, 'ColumnRef')?.fields)
  if (names.length === 1 && row.fields.has(names[0] ?? '')) return row.get(names[0] ?? '')
  return evaluator.value(key, scope)
}

/** LIMIT and OFFSET. Where it is not known which rows are left, what they agree in is. */
export function limited(
  evaluator: Evaluator,
  { limitCount, limitOffset }: SelectStmt,
  sorted: Rows,
  scope: RowScope,
): Rows {
  if (limitCount === undefined && limitOffset === undefined) return sorted
  const count = limitCount === undefined ? null : evaluator.value(limitCount, scope)
  const offset = limitOffset === undefined ? 0 : evaluator.value(limitOffset, scope)
  const { rows, isOrdered } = sorted
  const isKnown = (count === null || typeof count === 'number') && typeof offset === 'number'
  if (isKnown && offset === 0 && (count === null || (count > 0 && rows.length <= count))) return sorted
  if (isKnown && isOrdered && rows.every(({ isSure }) => isSure)) {
    return { rows: rows.slice(offset, count === null ? undefined : offset + count), isOrdered }
  }
  if (count === 0) return { rows: [], isOrdered: true }
  if (count !== 1 || offset !== 0) return { rows: rows.map((row) => ({ ...row, isSure: false })), isOrdered }
  const common = agreed(rows.map(({ row }) => row))
  return {
    rows: [
      {
        row: common,
        isSure: rows.some(({ isSure }) => isSure),
        isDoubtful: rows.some((row) => row.isDoubtful),
      },
    ],
    isOrdered: true,
  }
}
