import type { Node, SelectStmt } from 'libpg-query'
import { as, strings } from '../sql/node.ts'
import type { Scope, Source } from './query-scope.ts'
import { unwrap } from './unwrap.ts'

export function hasColumn({ relation, outputs }: Source, column: string): boolean {
  return outputs?.has(column) ?? relation?.columns.some(({ name }) => name === column) ?? false
}

/** Its columns are not known: any unqualified name might be one of them. */
export function isOpaque({ relation, outputs }: Source): boolean {
  return outputs === null ? relation === null || relation.columns.length === 0 : outputs.size === 0
}

/** The result columns with `*` written out; none at all where that can't be done, so that nothing is known of them. */
export function outputColumns(query: SelectStmt, scope: Scope): { name: string | undefined; node: Node }[] {
  const columns: { name: string | undefined; node: Node }[] = []
  for (const target of query.targetList ?? []) {
    const { name, val } = as(target, 'ResTarget') ?? {}
    if (val === undefined) continue
    const fields = as(val, 'ColumnRef')?.fields
    if (as(fields?.at(-1), 'A_Star') === undefined) {
      columns.push({ name: name ?? impliedName(val), node: val })
      continue
    }
    const alias = strings(fields?.slice(0, -1)).at(-1)
    const sources = scope.sources.filter((source) => alias === undefined || source.alias === alias)
    if (sources.length === 0 || sources.some(isOpaque)) return []
    for (const source of sources) {
      for (const column of columnsOf(source)) columns.push({ name: column, node: columnRef(source, column) })
    }
  }
  return columns
}

function columnsOf({ relation, outputs }: Source): readonly string[] {
  return outputs === null ? (relation?.columns ?? []).map(({ name }) => name) : [...outputs.keys()]
}

export function columnRef({ alias }: Source, column: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: alias } }, { String: { sval: column } }] } }
}

function impliedName(node: Node): string | undefined {
  const inner = unwrap(node)
  return strings(as(inner, 'ColumnRef')?.fields).at(-1) ?? strings(as(inner, 'FuncCall')?.funcname).at(-1)
}
