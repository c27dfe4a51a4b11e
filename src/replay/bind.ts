import type { ColumnRef, FuncCall, Node, RangeVar, TypeName } from 'libpg-query'
import type { Expression, Relation, RelationId, RoutineId } from '../model/schema-model.ts'
import { displayId, readName } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import type { StatementContext } from './context.ts'
import { findRelation, presumedId, searched } from './names.ts'
import { type Rewriter, rewrite } from './rewrite.ts'
import { boundRoutines } from './routine-calls.ts'
import { type Scope, starColumns, starItems } from './scope.ts'
import type { State } from './state.ts'

/** A query as PostgreSQL stores it: names bound, stars spelt out where the columns are known. */
export interface BoundQuery {
  readonly query: Expression
  /** Relations that it reads, each once, in order of appearance; one that nothing created by the id it would have. */
  readonly reads: readonly RelationId[]
  readonly calls: readonly RoutineId[]
}

/**
 * A copy of an expression in which names of relations, types and routines that the model has are qualified by what the
 * search path finds now, as PostgreSQL binds them when an object is made. Built-in and unknown names stay as written.
 * `relation`: the one whose columns the expression sees.
 */
export function bindExpression(context: StatementContext, node: Node, relation: Relation | null): Expression {
  return rewrite(context.state, node, relation, new Binder(context.state))
}

/** The same for a query, with what it reads and calls. */
export function bindQuery({ state }: StatementContext, node: Node): BoundQuery {
  const binder = new QueryBinder(state)
  const query = rewrite(state, node, null, binder)
  return { query, reads: [...binder.reads], calls: [...binder.calls] }
}

class Binder implements Rewriter {
  protected readonly state: State

  constructor(state: State) {
    this.state = state
  }

  relation(range: RangeVar): RangeVar {
    const relation = findRelation(this.state, range)
    return relation === undefined ? range : { ...range, schemaname: relation.namespace }
  }

  routine(call: FuncCall, scope: Scope | null): FuncCall {
    const [routine] = boundRoutines(this.state, call, scope)
    if (routine !== undefined) return { ...call, funcname: dotted(routine.namespace, routine.name) }
    return bindSequence(this.state, call)
  }

  regclass(text: string): string {
    return boundRegclass(this.state, text) ?? text
  }

  type(type: TypeName): TypeName {
    const [name, ...rest] = strings(type.names)
    if (name === undefined || rest.length > 0) return type
    const namespace = searched(this.state, undefined).find((candidate) => {
      const id = displayId(candidate, name)
      return this.state.types.has(id) || this.state.relations.has(id)
    })
    return namespace === undefined ? type : { ...type, names: dotted(namespace, name) }
  }
}

class QueryBinder extends Binder {
  readonly reads = new Set<RelationId>()
  readonly calls = new Set<RoutineId>()

  targets(targets: readonly Node[], scope: Scope): readonly Node[] {
    return targets.flatMap((target) => expandStar(target, scope))
  }

  override relation(range: RangeVar): RangeVar {
    const id = readRelation(this.state, range)
    if (id !== null) this.reads.add(id)
    return super.relation(range)
  }

  override routine(call: FuncCall, scope: Scope | null): FuncCall {
    for (const { id } of boundRoutines(this.state, call, scope)) this.calls.add(id)
    return super.routine(call, scope)
  }
}

const sequenceFunctions: readonly string[] = ['nextval', 'currval', 'setval']

/** The text that these functions are given is taken as `regclass`, and so bound, when the expression is stored. */
function bindSequence(state: State, call: FuncCall): FuncCall {
  const [first, ...rest] = call.args ?? []
  const text = as(first, 'A_Const')?.sval?.sval
  if (text === undefined || !sequenceFunctions.includes(strings(call.funcname).at(-1) ?? '')) return call
  const id = boundRegclass(state, text)
  if (id === undefined) return call
  const arg = { A_Const: { sval: { sval: id } } }
  return {
    ...call,
    args: [{ TypeCast: { arg, typeName: { names: dotted('regclass'), typemod: -1 } } }, ...rest],
  }
}

/** The id of the relation or sequence that a text means as `regclass`. */
function boundRegclass(state: State, text: string): string | undefined {
  const names = readName(text)
  if (names === null) return undefined
  const candidates = searched(state, names.at(-2)).map((namespace) =>
    displayId(namespace, names.at(-1) ?? ''),
  )
  return candidates.find((id) => state.relations.has(id) || state.sequences.has(id))
}

export function dotted(...names: readonly string[]): Node[] {
  return names.map((sval) => ({ String: { sval } }))
}

/** Null for the catalogs of the system itself. */
function readRelation(state: State, range: RangeVar): RelationId | null {
  const relation = findRelation(state, range)
  if (relation !== undefined) return relation.id
  const isSystem =
    range.schemaname === undefined
      ? range.relname?.startsWith('pg_')
      : ['pg_catalog', 'information_schema'].includes(range.schemaname)
  return isSystem ? null : presumedId(state, range)
}

function expandStar(target: Node, scope: Scope): Node[] {
  const items = starItems(as(target, 'ResTarget')?.val, scope)
  if (items === undefined) return [target]
  const refs: ColumnRef[] = []
  for (const item of items) {
    const columns = starColumns(item)
    if (columns === null || item.name === null) return [target]
    const qualifier = item.name
    refs.push(...columns.map((column) => ({ fields: dotted(qualifier, column) })))
  }
  return refs.map((ColumnRef) => ({ ResTarget: { val: { ColumnRef } } }))
}
