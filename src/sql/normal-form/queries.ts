import type { Node, SelectStmt, WindowDef, WithClause } from 'libpg-query'
import { figureColumnName } from '../column-name.ts'
import { as, strings } from '../node.ts'
import type { Expressions } from './expressions.ts'
import { type Columns, type Range, reference, type Scope } from './scope.ts'
import { type From, nameSources, Sources } from './sources.ts'
import type { KnownNames, Typed } from './typed.ts'

/** A query in its normal form, and what it gives. */
export interface NormalQuery {
  readonly select: SelectStmt
  /** Null where a star could not be spelt out. */
  readonly columns: Columns | null
  readonly types: readonly (string | null)[] | null
}

/** Brings queries into their normal form. */
export class Queries {
  readonly #expressions: Expressions
  readonly #sources: Sources

  constructor(names: KnownNames, expressions: Expressions) {
    this.#expressions = expressions
    this.#sources = new Sources(names, expressions, this)
  }

  /** `named`: whether the names of its columns matter; `test`: whether only it matters that there is a row. */
  select(select: SelectStmt, outer: Scope, named: boolean, test = false): NormalQuery {
    const { names, refnames } = nameSources(select.fromClause ?? [], outer.names)
    const around = { ...outer, ranges: [], outer, ctes: new Map(), names }
    const { withClause, ctes } = this.#with(select.withClause, around)
    const within: Scope = { ...around, ctes }
    if (select.larg !== undefined && select.rarg !== undefined)
      return this.#combined(select, within, withClause, named)
    if (select.valuesLists !== undefined) return this.#values(select, within)
    const from = this.#sources.from(select.fromClause ?? [], refnames, within)
    const { scope } = from
    const targets = this.#targets(select.targetList ?? [], scope)
    return this.#plain(select, from, targets, withClause, named, test)
  }

  #plain(
    select: SelectStmt,
    { scope, items }: From,
    targets: readonly Target[],
    withClause: WithClause | undefined,
    named: boolean,
    test: boolean,
  ): NormalQuery {
    const one = (node: Node | undefined, field: string) =>
      node === undefined ? {} : { [field]: this.#expressions.node(node, scope) }
    const isOpen = targets.some(
      ({ value }) => as(as(value.node, 'ColumnRef')?.fields?.at(-1), 'A_Star') !== undefined,
    )
    const output = targets.map(({ name, value }) => [name, value.type] as const)
    const { distinctClause, groupClause, sortClause } = select
    const normal: SelectStmt = {
      ...select,
      ...(withClause === undefined ? {} : { withClause }),
      ...(items.length === 0 ? {} : { fromClause: items }),
      ...one(select.whereClause, 'whereClause'),
      ...one(select.havingClause, 'havingClause'),
      ...one(select.limitCount, 'limitCount'),
      ...one(select.limitOffset, 'limitOffset'),
      ...(distinctClause === undefined
        ? {}
        : { distinctClause: distinctClause.map((node) => this.#sorted(node, scope, targets, true)) }),
      ...(groupClause === undefined
        ? {}
        : { groupClause: groupClause.map((node) => this.#sorted(node, scope, targets, false)) }),
      ...(sortClause === undefined ? {} : { sortClause: this.sorting(sortClause, scope, targets) }),
      targetList: targets.map(({ name, value }) => target(named ? name : null, value.node)),
    }
    return {
      select: test && onlyRowsMatter(normal) ? { ...normal, targetList: [target(null, one1)] } : normal,
      columns: isOpen ? null : new Map(output),
      types: isOpen ? null : output.map(([, type]) => type),
    }
  }

  #combined(
    select: SelectStmt,
    within: Scope,
    withClause: WithClause | undefined,
    named: boolean,
  ): NormalQuery {
    const { larg = {}, rarg = {} } = select
    const left = this.select(larg, within, named)
    const right = this.select(rarg, within, false)
    return {
      ...left,
      select: {
        ...select,
        ...(withClause === undefined ? {} : { withClause }),
        larg: left.select,
        rarg: right.select,
      },
    }
  }

  #values(select: SelectStmt, scope: Scope): NormalQuery {
    const rows = (select.valuesLists ?? []).map((row) =>
      this.#expressions.list(as(row, 'List')?.items, scope),
    )
    const width = rows[0]?.length ?? 0
    return {
      select: {
        ...select,
        valuesLists: rows.map((row) => ({ List: { items: row.map(({ node }) => node) } })),
      },
      columns: new Map(Array.from({ length: width }, (_, at) => [`column${at + 1}`, null])),
      types: rows[0]?.map(({ type }) => type) ?? [],
    }
  }

  #with(
    clause: WithClause | undefined,
    around: Scope,
  ): { withClause?: WithClause; ctes: Map<string, Columns | null> } {
    const ctes = new Map<string, Columns | null>()
    if (clause === undefined) return { ctes }
    const scope = { ...around, ctes }
    const items = (clause.ctes ?? []).map((node): Node => {
      const cte = as(node, 'CommonTableExpr')
      const select = as(cte?.ctequery, 'SelectStmt')
      if (cte === undefined || select === undefined) return node
      const renamed = strings(cte.aliascolnames)
      if (clause.recursive === true) {
        ctes.set(cte.ctename ?? '', renamed.length > 0 ? new Map(renamed.map((name) => [name, null])) : null)
      }
      const query = this.select(select, scope, true)
      const columns = [...(query.columns ?? [])].map(
        ([name, type], at) => [renamed[at] ?? name, type] as const,
      )
      ctes.set(cte.ctename ?? '', query.columns === null ? null : new Map(columns))
      return { CommonTableExpr: { ...cte, ctequery: { SelectStmt: query.select } } }
    })
    return { withClause: { ...clause, ctes: items }, ctes }
  }

  #targets(list: readonly Node[], scope: Scope): Target[] {
    return list.flatMap((item): Target[] => {
      const { name, val } = as(item, 'ResTarget') ?? {}
      if (val === undefined) return []
      return (
        starTargets(val, scope) ?? [
          { name: name ?? figureColumnName(val) ?? '?column?', value: this.#expressions.of(val, scope) },
        ]
      )
    })
  }

  /** ORDER BY: numbers and names of output columns are written as what they stand for, and defaults are left out. */
  sorting(clause: readonly Node[], scope: Scope, targets: readonly Target[]): Node[] {
    return clause.map((node) => {
      const item = as(node, 'SortBy')
      if (item?.node === undefined) return node
      const { sortby_nulls, sortby_dir, ...rest } = item
      const isDefault =
        sortby_nulls === (sortby_dir === 'SORTBY_DESC' ? 'SORTBY_NULLS_FIRST' : 'SORTBY_NULLS_LAST')
      return {
        SortBy: {
          ...rest,
          node: this.#sorted(item.node, scope, targets, true),
          ...(sortby_dir === undefined
            ? {}
            : { sortby_dir: sortby_dir === 'SORTBY_ASC' ? 'SORTBY_DEFAULT' : sortby_dir }),
          ...(sortby_nulls === undefined
            ? {}
            : { sortby_nulls: isDefault ? 'SORTBY_NULLS_DEFAULT' : sortby_nulls }),
        },
      }
    })
  }

  window(over: WindowDef, scope: Scope): WindowDef {
    const { partitionClause, orderClause } = over
    return {
      ...over,
      ...(partitionClause === undefined
        ? {}
        : { partitionClause: partitionClause.map((node) => this.#expressions.node(node, scope)) }),
      ...(orderClause === undefined ? {} : { orderClause: this.sorting(orderClause, scope, []) }),
    }
  }

  /** `outputFirst`: a bare name means a column of the output before one of the input. */
  #sorted(node: Node, scope: Scope, targets: readonly Target[], outputFirst: boolean): Node {
    if (Object.keys(node).length === 0) return node
    const ordinal = as(node, 'A_Const')?.ival?.ival
    const numbered = ordinal === undefined ? undefined : targets[ordinal - 1]
    if (numbered !== undefined) return numbered.value.node
    const names = strings(as(node, 'ColumnRef')?.fields)
    const given = names.length === 1 ? targets.find(({ name }) => name === names[0]) : undefined
    if (given === undefined) return this.#expressions.node(node, scope)
    const isInput = scope.ranges.some(({ columns }) => columns === null || columns.has(names[0] ?? ''))
    return outputFirst || !isInput ? given.value.node : this.#expressions.node(node, scope)
  }
}

interface Target {
  readonly name: string
  readonly value: Typed
}

const one1: Node = { A_Const: { ival: { ival: 1 } } }

function target(name: string | null, val: Node): Node {
  return { ResTarget: name === null || name === figureColumnName(val) ? { val } : { name, val } }
}

/** What the target list holds makes no difference to whether there is a row. */
function onlyRowsMatter({ groupClause, havingClause, distinctClause, targetList = [] }: SelectStmt): boolean {
  const isPlain = (item: Node) => {
    const val = as(item, 'ResTarget')?.val
    return as(val, 'ColumnRef') !== undefined || as(val, 'A_Const') !== undefined
  }
  return (
    groupClause === undefined &&
    havingClause === undefined &&
    distinctClause === undefined &&
    targetList.every(isPlain)
  )
}

function starTargets(val: Node, scope: Scope): Target[] | null {
  const fields = as(val, 'ColumnRef')?.fields ?? []
  if (as(fields.at(-1), 'A_Star') === undefined) return null
  const called = strings(fields.slice(0, -1)).at(-1)
  const ranges = called === undefined ? scope.ranges : scope.ranges.filter((range) => range.called === called)
  if (ranges.length === 0 || ranges.some(({ columns }) => columns === null)) return null
  return ranges.flatMap((range) => columnTargets(range, called === undefined))
}

function columnTargets({ columns, merged, refname }: Range, bare: boolean): Target[] {
  return [...(columns ?? [])]
    .filter(([name]) => !bare || !merged.has(name))
    .map(([name, type]) => ({ name, value: { node: reference(refname, name), type } }))
}
