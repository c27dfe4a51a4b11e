import type { Alias, ColumnRef, Node, RangeVar } from 'libpg-query'
import type { Relation } from '../model/schema-model.ts'
import { figureColumnName } from '../sql/column-name.ts'
import { as, strings } from '../sql/node.ts'

/** Something of a FROM clause that columns are taken from. */
export interface RangeItem {
  /** The name that qualifies its columns; null where it has none. */
  readonly name: string | null
  /** Whether that name is an alias; if not it is the relation's own. */
  readonly aliased: boolean
  readonly relation: Relation | null
  /** Whether it is the relation that the expression belongs to, not one of a query. */
  readonly own: boolean
  /** Names of its columns as the query sees them, null where they are not known. */
  readonly columns: readonly string[] | null
  /** Columns that a bare `*` leaves out, since USING or NATURAL has merged them with those of an item before. */
  readonly merged: readonly string[]
}

/** The range items of one query, and the queries around it. */
export interface Scope {
  readonly items: readonly RangeItem[]
  /** Common table expressions by name, with the names of their columns where known. */
  readonly ctes: ReadonlyMap<string, readonly string[] | null>
  readonly outer: Scope | null
}

/** A column of a relation that a reference means. */
export interface ResolvedColumn {
  readonly item: RangeItem
  readonly relation: Relation
  readonly column: string
}

const noCtes: ReadonlyMap<string, readonly string[] | null> = new Map()

/** The scope of an expression that belongs to a relation: a policy, a check, a default. */
export function relationScope(relation: Relation | null): Scope | null {
  if (relation === null) return null
  return { items: [itemOf(relation, undefined, true)], ctes: noCtes, outer: null }
}

export function itemOf(relation: Relation, alias: Alias | undefined, own = false): RangeItem {
  return {
    name: alias?.aliasname ?? relation.name,
    aliased: alias !== undefined,
    relation,
    own,
    columns: renamed(
      relation.columns.map(({ name }) => name),
      alias,
    ),
    merged: [],
  }
}

/** An item that is no relation of the model: a subquery, a function, a common table expression. */
export function derivedItem(
  name: string | null,
  alias: Alias | undefined,
  columns: readonly string[] | null,
): RangeItem {
  return {
    name: alias?.aliasname ?? name,
    aliased: true,
    relation: null,
    own: false,
    columns: columns === null ? null : renamed(columns, alias),
    merged: [],
  }
}

function renamed(columns: readonly string[], alias: Alias | undefined): readonly string[] {
  const names = strings(alias?.colnames)
  return names.length === 0 ? columns : columns.map((column, at) => names[at] ?? column)
}

/** The common table expression that a name without a namespace means, if one does. */
export function cteOf(scope: Scope | null, range: RangeVar): readonly string[] | null | undefined {
  if (range.schemaname !== undefined) return undefined
  for (let at = scope; at !== null; at = at.outer) {
    const columns = at.ctes.get(range.relname ?? '')
    if (columns !== undefined) return columns
  }
  return undefined
}

/** The column that a reference means: null where it is none of a relation, undefined where that can't be told. */
export function resolveColumn(scope: Scope | null, ref: ColumnRef): ResolvedColumn | null | undefined {
  const fields = ref.fields ?? []
  if (fields.some((field) => as(field, 'String') === undefined)) return null
  const names = strings(fields)
  const column = names.at(-1) ?? ''
  for (let at = scope; at !== null; at = at.outer) {
    const items = names.length === 1 ? at.items : at.items.filter((item) => isQualifiedBy(item, names))
    const item = items.find(({ columns }) => columns?.includes(column))
    if (item !== undefined) return resolved(item, column)
    if (names.length === 1 && items.some(({ columns }) => columns === null)) return undefined
    if (names.length > 1 && items.length > 0) return null
  }
  return null
}

function resolved(item: RangeItem, column: string): ResolvedColumn | null {
  const own = item.relation?.columns[item.columns?.indexOf(column) ?? -1]
  return item.relation === null || own === undefined
    ? null
    : { item, relation: item.relation, column: own.name }
}

/** The item that a qualified reference (or `alias.*`) is qualified by. */
export function isQualifiedBy(item: RangeItem, names: readonly string[]): boolean {
  const [first, second] = names
  if (names.length === 2) return item.name === first
  return !item.aliased && item.relation?.namespace === first && item.name === second
}

/** What a target list gives: names in order, null where a star can't be told. */
export function outputColumns(targets: readonly Node[] | undefined, scope: Scope): readonly string[] | null {
  const names: string[] = []
  for (const target of targets ?? []) {
    const value = as(target, 'ResTarget')
    const star = starItems(value?.val, scope)
    if (star === undefined)
      names.push(value?.name ?? (value?.val && figureColumnName(value.val)) ?? '?column?')
    else {
      for (const columns of star.map(starColumns)) {
        if (columns === null) return null
        names.push(...columns)
      }
    }
  }
  return names
}

export function starColumns({ columns, merged }: RangeItem): readonly string[] | null {
  return columns?.filter((column) => !merged.includes(column)) ?? null
}

/** The items that a `*` or `alias.*` stands for; undefined where the node is none. */
export function starItems(node: Node | undefined, scope: Scope): readonly RangeItem[] | undefined {
  const fields = as(node, 'ColumnRef')?.fields ?? []
  const last = fields.at(-1)
  if (last === undefined || as(last, 'A_Star') === undefined) return undefined
  if (fields.length === 1) return scope.items
  const names = [...strings(fields.slice(0, -1)), '*']
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const items = at.items.filter((item) => isQualifiedBy(item, names))
    if (items.length > 0) return items.map((item) => ({ ...item, merged: [] }))
  }
  return [derivedItem(null, undefined, null)]
}
