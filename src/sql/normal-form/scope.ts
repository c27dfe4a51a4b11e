import type { Node } from 'libpg-query'

export type Columns = ReadonlyMap<string, string | null>

/** Something that columns are taken from. */
export interface Range {
  /** The name that the server gives it: unique among those of the query and of the queries around it. */
  readonly refname: string
  /** The name that it is called by where the query was written; null where it has none. */
  readonly called: string | null
  /** The namespace that may stand before it. */
  readonly namespace: string | null
  /** Null where they are not known. */
  readonly columns: Columns | null
  /** Columns that a bare `*` leaves out: those that USING merges with an earlier item's. */
  readonly merged: ReadonlySet<string>
  /** The relation that the expression belongs to: outside of queries its columns stand alone. */
  readonly own: boolean
  /** A function's result: the name of the range alone means its one column. */
  readonly scalar: boolean
}

export interface Scope {
  readonly ranges: readonly Range[]
  readonly ctes: ReadonlyMap<string, Columns | null>
  /** What a name is looked for in next. */
  readonly outer: Scope | null
  /** The names of the ranges here and around. */
  readonly names: ReadonlySet<string>
}

export const emptyScope: Scope = { ranges: [], ctes: new Map(), outer: null, names: new Set() }

/** The scope of an expression that belongs to a relation: a policy, a check, a default. */
export function ownScope(name: string, namespace: string, columns: Columns): Scope {
  const range = {
    refname: name,
    called: name,
    namespace,
    columns,
    merged: new Set<string>(),
    own: true,
    scalar: false,
  }
  return { ...emptyScope, ranges: [range], names: new Set([name]) }
}

/** A name that no range has, as the server makes it. */
export function uniqueName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let number = 1; ; number++) {
    if (!taken.has(`${name}_${number}`)) return `${name}_${number}`
  }
}

export interface Resolved {
  readonly range: Range
  readonly column: string
  readonly type: string | null
  /** Whether the reference stands in a query that the range is not in. */
  readonly outside: boolean
}

/** The column that dotted names mean; null where it can't be told. */
export function resolve(scope: Scope, names: readonly string[]): Resolved | null {
  const column = names.at(-1) ?? ''
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const ranges =
      names.length === 1 ? at.ranges : at.ranges.filter((range) => isCalled(range, names.slice(0, -1)))
    for (const range of ranges) {
      if (range.columns === null)
        return names.length > 1 ? { range, column, type: null, outside: at !== scope } : null
      const type = range.columns.get(column)
      if (type !== undefined) return { range, column, type, outside: at !== scope }
    }
    if (names.length > 1 && ranges.length > 0) return null
  }
  return null
}

/** The range that a name alone means as a whole row. */
export function rangeCalled(scope: Scope, names: readonly string[]): Range | undefined {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = at.ranges.find((range) => isCalled(range, names))
    if (found !== undefined) return found
  }
  return undefined
}

function isCalled({ called, namespace }: Range, names: readonly string[]): boolean {
  return names.at(-1) === called && (names.length === 1 || names.at(-2) === namespace)
}

export function reference(...names: readonly string[]): Node {
  return { ColumnRef: { fields: names.map((sval) => ({ String: { sval } })) } }
}
