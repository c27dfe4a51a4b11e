import type { Node, SelectStmt } from 'libpg-query'
import type { Relation, SchemaModel } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { mayHaveRowOfNone } from './aggregates.ts'
import { columnRef, hasColumn, isOpaque, outputColumns } from './source-columns.ts'
import { unwrap, unwrapExact } from './unwrap.ts'

/** Something that a query reads rows from. */
export interface Source {
  readonly alias: string
  /** The namespace that may stand before the alias; null where there is an alias proper. */
  readonly namespace: string | null
  /** A relation of the model; null for a function, or for what nothing is known of. */
  readonly relation: Relation | null
  /** Of a subquery, a common table expression or a view: what its columns are in the query inside. */
  readonly outputs: ReadonlyMap<string, { readonly node: Node; readonly scope: Scope }> | null
  /** The call behind a function in FROM. */
  readonly call: Node | null
  /** Whether the relation's own row security sees the caller: not inside a view that runs as its owner. */
  readonly asCaller: boolean
}

/** The sources of one query, and those of the queries around it. */
export interface Scope {
  readonly sources: readonly Source[]
  readonly withQueries: ReadonlyMap<string, SelectStmt>
  readonly outer: Scope | null
  readonly asCaller: boolean
}

/** A condition beside the scope that gives its names a meaning. */
export interface Condition {
  readonly node: Node
  readonly scope: Scope
}

export interface ColumnTerm {
  readonly source: Source
  /** Null for the whole row. */
  readonly column: string | null
}

export interface ReadQuery {
  readonly scope: Scope
  /** All sources, those inside subqueries and views included. */
  readonly sources: readonly Source[]
  /** What holds for every row: WHERE, and ON of inner joins. */
  readonly conditions: readonly Condition[]
}

/** The scope of a policy: the row of its own relation. */
export function rowScope(relation: Relation): { scope: Scope; row: Source } {
  const row: Source = {
    alias: relation.name,
    namespace: relation.namespace,
    relation,
    outputs: null,
    call: null,
    asCaller: true,
  }
  return { row, scope: { sources: [row], withQueries: new Map(), outer: null, asCaller: true } }
}

/** Reads a plain SELECT: what it reads from and under which conditions. */
export function readQuery(model: SchemaModel, select: SelectStmt, outer: Scope): ReadQuery {
  return new QueryReader(model).read(select, outer, outer.asCaller)
}

const sourceLimit = 200

class QueryReader {
  readonly #model: SchemaModel
  #sources = 0

  constructor(model: SchemaModel) {
    this.#model = model
  }

  read(select: SelectStmt, outer: Scope, asCaller: boolean): ReadQuery {
    const own: Source[] = []
    const all: Source[] = []
    const conditions: Condition[] = []
    const withQueries = new Map<string, SelectStmt>()
    const scope: Scope = { sources: own, withQueries, outer, asCaller }
    for (const node of select.withClause?.ctes ?? []) {
      const cte = as(node, 'CommonTableExpr')
      const query = as(cte?.ctequery, 'SelectStmt')
      if (cte?.ctename !== undefined && query !== undefined && !select.withClause?.recursive) {
        withQueries.set(cte.ctename, query)
      }
    }
    const add = (source: Source, hidden: ReadQuery | null) => {
      own.push(source)
      all.push(source, ...(hidden?.sources ?? []))
      conditions.push(...(hidden?.conditions ?? []))
    }
    /** What holds inside of the optional side of an outer join doesn't hold for every row. */
    const visitSide = (node: Node | undefined, optional: boolean) => {
      const before = conditions.length
      if (node !== undefined) visit(node)
      if (optional) conditions.length = before
    }
    const visit = (node: Node): void => {
      const join = as(node, 'JoinExpr')
      if (join !== undefined) {
        const before = own.length
        const how = join.jointype ?? 'JOIN_INNER'
        visitSide(join.larg, how === 'JOIN_RIGHT' || how === 'JOIN_FULL')
        const between = own.length
        visitSide(join.rarg, how === 'JOIN_LEFT' || how === 'JOIN_FULL')
        if (how !== 'JOIN_INNER') return
        if (join.quals !== undefined) conditions.push({ node: join.quals, scope })
        const sides: [Source[], Source[]] = [own.slice(before, between), own.slice(between)]
        for (const column of strings(join.usingClause)) {
          conditions.push(...usingCondition(column, sides, scope))
        }
        return
      }
      this.#source(node, scope, add)
    }
    for (const node of select.fromClause ?? []) visit(node)
    if (select.whereClause !== undefined) conditions.push({ node: select.whereClause, scope })
    return { scope, sources: all, conditions }
  }

  #source(node: Node, scope: Scope, add: (source: Source, hidden: ReadQuery | null) => void): void {
    const opaque = { namespace: null, relation: null, outputs: null, call: null, asCaller: scope.asCaller }
    const range = as(node, 'RangeVar')
    if (range !== undefined) {
      const name = range.relname ?? ''
      const alias = range.alias?.aliasname ?? name
      const inWith = range.schemaname === undefined ? withQuery(scope, name) : undefined
      if (inWith !== undefined) {
        this.#derived(inWith.query, { ...inWith.scope, sources: [] }, alias, null, scope.asCaller, add)
        return
      }
      const relation = this.#model.relations.get(displayId(range.schemaname ?? 'public', name)) ?? null
      const namespace = range.alias === undefined ? (relation?.namespace ?? null) : null
      const view = relation?.view ?? null
      const query = view === null ? undefined : as(view.query, 'SelectStmt')
      if (relation !== null && view !== null && query !== undefined) {
        const names = relation.columns.map((column) => column.name)
        const asCaller = scope.asCaller && view.securityInvoker
        const bare: Scope = { sources: [], withQueries: new Map(), outer: null, asCaller }
        this.#derived(query, bare, alias, names, asCaller, add)
        return
      }
      add({ ...opaque, alias, namespace, relation }, null)
      return
    }
    const subselect = as(node, 'RangeSubselect')
    const inner = as(subselect?.subquery, 'SelectStmt')
    if (subselect !== undefined && inner !== undefined) {
      const names = subselect.alias?.colnames === undefined ? null : strings(subselect.alias.colnames)
      const outer = subselect.lateral ? scope : { ...scope, sources: [] }
      this.#derived(inner, outer, subselect.alias?.aliasname ?? '', names, scope.asCaller, add)
      return
    }
    const ranged = as(node, 'RangeFunction')
    const call = as(ranged?.functions?.[0], 'List')?.items?.[0] ?? null
    const only = ranged?.functions?.length === 1
    const alias =
      ranged?.alias?.aliasname ?? strings(as(call ?? undefined, 'FuncCall')?.funcname).at(-1) ?? ''
    add({ ...opaque, alias, call: only ? call : null }, null)
  }

  /**
   * A query in FROM is read as if its sources stood there themselves, unless it is a set operation, gives rows of none, or
   * the whole becomes too large.
   */
  #derived(
    query: SelectStmt,
    outer: Scope,
    alias: string,
    names: readonly string[] | null,
    asCaller: boolean,
    add: (source: Source, hidden: ReadQuery | null) => void,
  ): void {
    const source = { alias, namespace: null, relation: null, call: null, asCaller }
    const isPlain =
      query.larg === undefined &&
      query.valuesLists === undefined &&
      !mayHaveRowOfNone(this.#model, query) &&
      ++this.#sources < sourceLimit
    if (!isPlain) {
      add({ ...source, outputs: new Map() }, null)
      return
    }
    const inside = this.read(query, outer, asCaller)
    const outputs = new Map<string, { node: Node; scope: Scope }>()
    for (const [at, output] of outputColumns(query, inside.scope).entries()) {
      const name = names?.[at] ?? output.name
      if (name !== undefined) outputs.set(name, { node: output.node, scope: inside.scope })
    }
    add({ ...source, outputs }, inside)
  }
}

function withQuery(scope: Scope, name: string): { query: SelectStmt; scope: Scope } | undefined {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const query = at.withQueries.get(name)
    if (query !== undefined) return { query, scope: { ...at, withQueries: without(at.withQueries, name) } }
  }
  return undefined
}

function without(queries: ReadonlyMap<string, SelectStmt>, name: string): ReadonlyMap<string, SelectStmt> {
  return new Map([...queries].filter(([other]) => other !== name))
}

function usingCondition(column: string, [left, right]: [Source[], Source[]], scope: Scope): Condition[] {
  const [a, b] = [left, right].map((sources) => sources.find((source) => hasColumn(source, column)))
  if (a === undefined || b === undefined) return []
  const name = [{ String: { sval: '=' } }]
  const [lexpr, rexpr] = [columnRef(a, column), columnRef(b, column)]
  return [{ node: { A_Expr: { kind: 'AEXPR_OP', name, lexpr, rexpr } }, scope }]
}

/** What a reference means, looked for from the inside out as PostgreSQL does; null where that is not certain. */
export function resolveTerm(scope: Scope, node: Node): ColumnTerm | null {
  const fields = as(unwrapExact(node), 'ColumnRef')?.fields
  if (fields === undefined) return null
  const isRow = as(fields.at(-1), 'A_Star') !== undefined
  const names = strings(isRow ? fields.slice(0, -1) : fields)
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const term = isRow ? rowTerm(at, names) : columnTerm(at, names)
    if (term === 'unknown') return null
    if (term !== undefined) return throughOutputs(term)
  }
  return null
}

function columnTerm(scope: Scope, names: readonly string[]): ColumnTerm | 'unknown' | undefined {
  const [first = '', second, third] = names
  if (second === undefined) {
    const having = scope.sources.find((source) => hasColumn(source, first))
    if (having !== undefined) return { source: having, column: first }
    const whole = scope.sources.find(({ alias }) => alias === first)
    if (whole !== undefined) return { source: whole, column: whole.call === null ? null : first }
    return scope.sources.some(isOpaque) ? 'unknown' : undefined
  }
  const source = scope.sources.find(({ alias, namespace }) =>
    third === undefined ? alias === first : alias === second && namespace === first,
  )
  if (source === undefined) return undefined
  return { source, column: third ?? second }
}

function rowTerm(scope: Scope, names: readonly string[]): ColumnTerm | undefined {
  const alias = names.at(-1)
  const source = scope.sources.find((candidate) => candidate.alias === alias)
  return source === undefined ? undefined : { source, column: null }
}

function throughOutputs(term: ColumnTerm): ColumnTerm | null {
  const { outputs } = term.source
  if (outputs === null || term.column === null) return term
  const output = outputs.get(term.column)
  return output === undefined ? term : resolveTerm(output.scope, output.node)
}

/** What an output column of a subquery, view or common table expression stands for. */
export function outputOf(scope: Scope, node: Node): { node: Node; scope: Scope } | null {
  const names = strings(as(unwrap(node), 'ColumnRef')?.fields)
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const term = columnTerm(at, names)
    if (term === 'unknown') return null
    if (term !== undefined)
      return term.column === null ? null : (term.source.outputs?.get(term.column) ?? null)
  }
  return null
}
