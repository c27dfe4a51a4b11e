import type { Node, RangeVar } from 'libpg-query'
import type { Relation, RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { rewrite } from './rewrite.ts'
import { calledRoutines } from './routine-calls.ts'
import { resolveColumn } from './scope.ts'
import type { State } from './state.ts'

/** What a bound expression or query refers to. */
export interface References {
  /** Ids of relations, sequences, types and routines. */
  readonly ids: ReadonlySet<string>
  /** Columns by the relation that has them, those of the expression's own relation left out. */
  readonly columns: ReadonlyMap<RelationId, ReadonlySet<string>>
  /** Columns of the relation that the expression belongs to. */
  readonly ownColumns: ReadonlySet<string>
  /** Bare names that may be a column of any relation referred to. */
  readonly uncertainColumns: ReadonlySet<string>
}

/** `owner`: the relation whose columns the expression sees; null for a query. */
export function referencesOf(state: State, node: Node, owner: Relation | null): References {
  if (isPlain(node)) return none
  const known = state.references.get(node)
  if (known !== undefined) return known
  const references = collect(state, node, owner)
  state.references.set(node, references)
  return references
}

const none: References = {
  ids: new Set(),
  columns: new Map(),
  ownColumns: new Set(),
  uncertainColumns: new Set(),
}

/** Whether it is what most defaults are and refers to nothing: a constant, `now()`, `'{}'::jsonb`. */
function isPlain(node: Node): boolean {
  const call = as(node, 'FuncCall')
  const cast = as(node, 'TypeCast')
  const constant = cast === undefined ? node : cast.arg
  if (call !== undefined) {
    const { funcname = [], args, agg_order, agg_filter, over } = call
    return funcname.length === 1 && !args && !agg_order && !agg_filter && !over
  }
  const [type, ...qualified] = strings(cast?.typeName?.names)
  return as(constant, 'A_Const') !== undefined && qualified.length === 0 && type !== 'regclass'
}

function collect(state: State, node: Node, owner: Relation | null): References {
  const ids = new Set<string>()
  const columns = new Map<RelationId, Set<string>>()
  const ownColumns = new Set<string>()
  const uncertainColumns = new Set<string>()
  rewrite(state, node, owner, {
    relation(range) {
      if (range.schemaname !== undefined) ids.add(idOf(range))
      return range
    },
    routine(call, scope) {
      const isBound = (call.funcname?.length ?? 0) > 1
      if (isBound) for (const { id } of calledRoutines(state, call, scope)) ids.add(id)
      return call
    },
    regclass(id) {
      ids.add(id)
      return id
    },
    type(type) {
      const names = strings(type.names)
      if (names.length > 1) ids.add(displayId(...lastTwo(names)))
      return type
    },
    column(ref, scope) {
      const resolved = resolveColumn(scope, ref)
      if (resolved === undefined) uncertainColumns.add(strings(ref.fields).at(-1) ?? '')
      else if (resolved?.item.own) ownColumns.add(resolved.column)
      else if (resolved !== null) {
        const known = columns.get(resolved.relation.id)
        if (known === undefined) columns.set(resolved.relation.id, new Set([resolved.column]))
        else known.add(resolved.column)
      }
      return ref
    },
  })
  return { ids, columns, ownColumns, uncertainColumns }
}

function idOf(range: RangeVar): RelationId {
  return displayId(range.schemaname ?? '', range.relname ?? '')
}

function lastTwo(names: readonly string[]): [string, string] {
  return [names.at(-2) ?? '', names.at(-1) ?? '']
}
