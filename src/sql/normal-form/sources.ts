import type { Alias, JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar } from 'libpg-query'
import { figureColumnName } from '../column-name.ts'
import { as, kindOf, strings } from '../node.ts'
import type { Expressions } from './expressions.ts'
import type { Queries } from './queries.ts'
import { rowColumnsOf } from './result-types.ts'
import { type Columns, type Range, type Scope, uniqueName } from './scope.ts'
import type { KnownNames } from './typed.ts'

/** A FROM clause in its normal form, and the scope that it makes. */
export interface From {
  readonly items: Node[]
  readonly scope: Scope
}

/** By the item of a FROM clause: the name that the server gives it. */
export type RefNames = ReadonlyMap<Node, string>

/** Names the items of a FROM clause, and adds the names to those taken. */
export function nameSources(
  clause: readonly Node[],
  taken: ReadonlySet<string>,
): { names: Set<string>; refnames: RefNames } {
  const names = new Set(taken)
  const refnames = new Map<Node, string>()
  for (const item of clause) nameItems(item, names, refnames)
  return { names, refnames }
}

const none: ReadonlySet<string> = new Set()

/** Brings FROM clauses into their normal form, with the names that the server gives to what stands in them. */
export class Sources {
  readonly #names: KnownNames
  readonly #expressions: Expressions
  readonly #queries: Queries

  constructor(names: KnownNames, expressions: Expressions, queries: Queries) {
    this.#names = names
    this.#expressions = expressions
    this.#queries = queries
  }

  /** `around` has the names of the clause already. */
  from(clause: readonly Node[], refnames: RefNames, around: Scope): From {
    const ranges: Range[] = []
    const items = clause.map((item) => this.#item(item, refnames, around, ranges))
    return { items, scope: { ...around, ranges } }
  }

  /** Adds the ranges of an item to those before it; what is LATERAL sees them. */
  #item(item: Node, refnames: RefNames, around: Scope, ranges: Range[]): Node {
    const refname = refnames.get(item) ?? ''
    switch (kindOf(item)) {
      case 'RangeVar':
        return this.#relation(as(item, 'RangeVar') ?? {}, refname, around, ranges)
      case 'JoinExpr':
        return this.#join(as(item, 'JoinExpr') ?? {}, refnames, around, ranges)
      case 'RangeSubselect':
        return this.#subquery(as(item, 'RangeSubselect') ?? {}, refname, around, ranges)
      case 'RangeFunction':
        return this.#function(as(item, 'RangeFunction') ?? {}, refname, around, ranges)
      default:
        ranges.push({
          refname,
          called: refname,
          namespace: null,
          columns: null,
          merged: none,
          own: false,
          scalar: false,
        })
        return item
    }
  }

  #relation(range: RangeVar, refname: string, around: Scope, ranges: Range[]): Node {
    const { schemaname, relname = '', alias } = range
    const known =
      (schemaname === undefined ? cteColumns(around, relname) : undefined) ??
      this.#names.columnsOf(schemaname, relname)
    const columns = known === undefined || known === null ? null : renamed(known, alias)
    const called = alias?.aliasname ?? relname
    const namespace = alias === undefined ? (schemaname ?? null) : null
    ranges.push({ refname, called, namespace, columns, merged: none, own: false, scalar: false })
    const { alias: _, ...plain } = range
    const { colnames } = alias ?? {}
    if (refname === relname && colnames === undefined) return { RangeVar: plain }
    return {
      RangeVar: { ...plain, alias: { aliasname: refname, ...(colnames === undefined ? {} : { colnames }) } },
    }
  }

  #join(join: JoinExpr, refnames: RefNames, around: Scope, ranges: Range[]): Node {
    const before = ranges.length
    const larg = join.larg && this.#item(join.larg, refnames, around, ranges)
    const middle = ranges.length
    const rarg = join.rarg && this.#item(join.rarg, refnames, around, ranges)
    const shared = new Set(join.isNatural ? [] : strings(join.usingClause))
    for (let at = middle; at < ranges.length; at++) {
      const range = ranges[at]
      if (range !== undefined && shared.size > 0)
        ranges[at] = { ...range, merged: new Set([...range.merged, ...shared]) }
    }
    const inside: Scope = { ...around, ranges: ranges.slice(before) }
    return {
      JoinExpr: {
        ...join,
        ...(larg === undefined ? {} : { larg }),
        ...(rarg === undefined ? {} : { rarg }),
        ...(join.quals === undefined ? {} : { quals: this.#expressions.node(join.quals, inside) }),
      },
    }
  }

  #subquery(source: RangeSubselect, refname: string, around: Scope, ranges: Range[]): Node {
    const { subquery, alias, lateral } = source
    const select = as(subquery, 'SelectStmt')
    const visible: Scope = lateral ? { ...around, ranges: [...ranges] } : around
    const query = select === undefined ? null : this.#queries.select(select, visible, true)
    const columns =
      query?.columns === undefined || query.columns === null ? null : renamed(query.columns, alias)
    ranges.push({
      refname,
      called: alias?.aliasname ?? null,
      namespace: null,
      columns,
      merged: none,
      own: false,
      scalar: false,
    })
    return {
      RangeSubselect: {
        ...source,
        ...(query === null ? {} : { subquery: { SelectStmt: query.select } }),
        ...(alias === undefined ? {} : { alias: { ...alias, aliasname: refname } }),
      },
    }
  }

  /** The server names a function's columns; one without names has a column of the name of the range. */
  #function(source: RangeFunction, refname: string, around: Scope, ranges: Range[]): Node {
    const visible: Scope = { ...around, ranges: [...ranges] }
    const functions = (source.functions ?? []).map((item): Node => {
      const items = as(item, 'List')?.items
      if (items === undefined) return item
      return {
        List: {
          items: items.map((node) =>
            Object.keys(node).length === 0 ? node : this.#expressions.node(node, visible),
          ),
        },
      }
    })
    const called = source.alias?.aliasname ?? functionName(source)
    const written = strings(source.alias?.colnames)
    const own = rowColumnsOf(functionName(source) ?? '')
    const isPlain = source.coldeflist === undefined && source.ordinality !== true && functions.length === 1
    const ownNames = own ?? [called ?? refname]
    const names =
      isPlain && written.length <= ownNames.length ? ownNames.map((name, at) => written[at] ?? name) : written
    const columns =
      isPlain && (own !== null || written.length < 2) ? new Map(names.map((name) => [name, null])) : null
    ranges.push({ refname, called, namespace: null, columns, merged: none, own: false, scalar: true })
    const alias: Alias = {
      aliasname: refname,
      ...(names.length === 0 ? {} : { colnames: names.map((sval) => ({ String: { sval } })) }),
    }
    const { lateral: _, ...rest } = source
    return { RangeFunction: { ...rest, functions, alias } }
  }
}

/** Gives names to the items of a FROM clause in the order in which the server meets them. */
function nameItems(item: Node, names: Set<string>, refnames: Map<Node, string>): void {
  const join = as(item, 'JoinExpr')
  if (join !== undefined) {
    if (join.larg !== undefined) nameItems(join.larg, names, refnames)
    if (join.rarg !== undefined) nameItems(join.rarg, names, refnames)
    return
  }
  const range = as(item, 'RangeVar')
  const source = as(item, 'RangeSubselect') ?? as(item, 'RangeFunction')
  const name =
    range?.alias?.aliasname ??
    range?.relname ??
    source?.alias?.aliasname ??
    functionName(as(item, 'RangeFunction') ?? {}) ??
    'unnamed_subquery'
  const refname = uniqueName(name, names)
  names.add(refname)
  refnames.set(item, refname)
}

function functionName({ functions }: RangeFunction): string | null {
  const call = as(functions?.[0], 'List')?.items?.[0]
  return call === undefined ? null : figureColumnName(call)
}

function renamed(columns: Columns, alias: Alias | undefined): Columns {
  const names = strings(alias?.colnames)
  return names.length === 0
    ? columns
    : new Map([...columns].map(([name, type], at) => [names[at] ?? name, type]))
}

function cteColumns(scope: Scope, name: string): Columns | null | undefined {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const columns = at.ctes.get(name)
    if (columns !== undefined) return columns
  }
  return undefined
}
