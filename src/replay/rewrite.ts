import type {
  ColumnRef,
  CommonTableExpr,
  FuncCall,
  Node,
  RangeVar,
  TypeCast,
  TypeName,
  WithClause,
} from 'libpg-query'
import type { Relation } from '../model/schema-model.ts'
import { as, strings } from '../sql/node.ts'
import { type Query, queryScope, withScope } from './query-scope.ts'
import { cteOf, outputColumns, relationScope, type Scope } from './scope.ts'
import type { State } from './state.ts'

/** What a rewriting does with the names that it meets; each returns the same object where nothing changes. */
export interface Rewriter {
  /** A name of a relation; those of common table expressions are not shown. */
  relation?(range: RangeVar): RangeVar
  routine?(call: FuncCall, scope: Scope | null): FuncCall
  type?(name: TypeName): TypeName
  /** The text of a constant that names a relation or sequence by `regclass`. */
  regclass?(text: string): string
  column?(ref: ColumnRef, scope: Scope | null): ColumnRef
  /** A target list before what stands in it is rewritten. */
  targets?(targets: readonly Node[], scope: Scope): readonly Node[]
}

/**
 * A copy of an expression or query with its names rewritten; parts where nothing changed are shared. `outer` is the
 * relation whose columns the expression sees.
 */
export function rewrite(state: State, node: Node, outer: Relation | null, rewriter: Rewriter): Node {
  if (as(node, 'A_Const') !== undefined) return node
  return new Rewriting(state, rewriter).copy(node, relationScope(outer))
}

class Rewriting {
  readonly #state: State
  readonly #rewriter: Rewriter

  constructor(state: State, rewriter: Rewriter) {
    this.#state = state
    this.#rewriter = rewriter
  }

  copy<T extends object>(tree: T, scope: Scope | null): T {
    if (Array.isArray(tree)) return this.#list(tree, (item) => this.copy(item, scope)) as T
    return this.#fields(tree, (key, value) => this.#tagged(key, value, scope))
  }

  #fields<T extends object>(tree: T, change: (key: string, value: object) => object): T {
    let copy = tree
    for (const key of Object.keys(tree) as (keyof T & string)[]) {
      const before: unknown = tree[key]
      if (typeof before !== 'object' || before === null) continue
      const after = change(key, before)
      if (after !== before) copy = { ...copy, [key]: after }
    }
    return copy
  }

  #list<T extends object>(items: readonly T[], change: (item: T) => T): readonly T[] {
    const copy = items.map(change)
    return copy.every((item, at) => item === items[at]) ? items : copy
  }

  /** By the tag of a node, or by the name of a field that holds a node without its tag. */
  #tagged(key: string, value: object, scope: Scope | null): object {
    const rewriter = this.#rewriter
    switch (key) {
      case 'SelectStmt':
      case 'InsertStmt':
      case 'UpdateStmt':
      case 'DeleteStmt':
      case 'MergeStmt':
        return this.#query(value, scope)
      case 'RangeSubselect':
        return this.copy(value, scope === null || 'lateral' in value ? scope : { ...scope, items: [] })
      case 'RangeVar':
        return cteOf(scope, value) === undefined ? (rewriter.relation?.(value) ?? value) : value
      case 'FuncCall': {
        const call = this.copy(value, scope)
        return rewriter.routine?.(call, scope) ?? call
      }
      case 'TypeName':
      case 'typeName': {
        const name = this.copy(value, scope)
        return rewriter.type?.(name) ?? name
      }
      case 'TypeCast':
        return this.copy(this.#regclass(value), scope)
      case 'A_Const':
      case 'String':
      case 'funcname':
        return value
      case 'ColumnRef':
        return rewriter.column?.(value, scope) ?? value
      default:
        return this.copy(value, scope)
    }
  }

  #regclass(cast: TypeCast): TypeCast {
    const before = as(cast.arg, 'A_Const')?.sval?.sval
    if (before === undefined || strings(cast.typeName?.names).at(-1) !== 'regclass') return cast
    const after = this.#rewriter.regclass?.(before) ?? before
    return after === before ? cast : { ...cast, arg: { A_Const: { sval: { sval: after } } } }
  }

  #query<T extends Query>(query: T, outer: Scope | null): T {
    const withClause = query.withClause && this.#with(query.withClause, outer)
    const scope = queryScope(this.#state, query, outer)
    return this.#fields(query, (key, value) => {
      switch (key) {
        case 'withClause':
          return withClause ?? value
        case 'larg':
        case 'rarg':
          return this.#query(value, { ...scope, items: [] })
        case 'relation':
          return this.#rewriter.relation?.(value) ?? value
        case 'targetList': {
          const targets = value as readonly Node[]
          return this.copy(this.#rewriter.targets?.(targets, scope) ?? targets, scope)
        }
        case 'sortClause':
          return this.#sort(value as readonly Node[], query, scope)
        default:
          return this.copy(value, scope)
      }
    })
  }

  #with(clause: WithClause, outer: Scope | null): WithClause {
    const copies = new Map<CommonTableExpr, CommonTableExpr>()
    withScope(this.#state, clause, outer, (cte, before) => {
      copies.set(cte, this.copy(cte, { ...before, ctes: new Map(before.ctes) }))
    })
    return this.#fields(clause, (_, value) =>
      this.#list(value as readonly Node[], (node) => {
        const cte = as(node, 'CommonTableExpr')
        const copy = cte && copies.get(cte)
        return copy === undefined || copy === cte ? node : { CommonTableExpr: copy }
      }),
    )
  }

  /** A bare name in ORDER BY means a column of the output first. */
  #sort(items: readonly Node[], query: Query, scope: Scope): readonly Node[] {
    const output = outputColumns(query.targetList, scope) ?? []
    return this.#list(items, (item) => {
      const fields = as(as(item, 'SortBy')?.node, 'ColumnRef')?.fields ?? []
      const isOutput = fields.length === 1 && output.includes(strings(fields)[0] ?? '')
      return isOutput ? item : this.copy(item, scope)
    })
  }
}
