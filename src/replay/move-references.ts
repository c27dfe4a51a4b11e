import type { ColumnRef, FuncCall, Node, RangeVar, TypeName } from 'libpg-query'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { dotted } from './bind.ts'
import type { Moves } from './moves.ts'
import type { Rewriter } from './rewrite.ts'
import { calledRoutines } from './routine-calls.ts'
import { isQualifiedBy, type RangeItem, type Scope } from './scope.ts'
import type { State } from './state.ts'

/** Rewrites names in bound expressions to where the objects move. */
export function movingRewriter(state: State, moves: Moves): Rewriter {
  return {
    relation(range: RangeVar): RangeVar {
      if (range.schemaname === undefined) return range
      const to = moves.get(displayId(range.schemaname, range.relname ?? ''))
      return to === undefined ? range : { ...range, schemaname: to.namespace, relname: to.name }
    },
    routine(call: FuncCall, scope: Scope | null): FuncCall {
      const [routine] = (call.funcname?.length ?? 0) > 1 ? calledRoutines(state, call, scope) : []
      const to = routine && moves.get(routine.id)
      return to === undefined ? call : { ...call, funcname: dotted(to.namespace, to.name) }
    },
    type(type: TypeName): TypeName {
      const names = strings(type.names)
      const to = names.length < 2 ? undefined : moves.get(displayId(names.at(-2) ?? '', names.at(-1) ?? ''))
      return to === undefined ? type : { ...type, names: dotted(to.namespace, to.name) }
    },
    regclass: moves.idAfter,
    column(ref: ColumnRef, scope: Scope | null): ColumnRef {
      const fields = ref.fields ?? []
      const item = qualifyingItem(scope, fields)
      const to = item?.relation && !item.aliased ? moves.get(item.relation.id) : undefined
      if (to === undefined || item === undefined) return ref
      const last: Node[] = fields.slice(-1)
      if (fields.length < 3) return { ...ref, fields: [...dotted(to.name), ...last] }
      return { ...ref, fields: [...dotted(to.namespace, to.name), ...last] }
    },
  }
}

/** The item of a FROM clause that a qualified reference is qualified by. */
function qualifyingItem(scope: Scope | null, fields: readonly Node[]): RangeItem | undefined {
  if (fields.length < 2) return undefined
  const names = fields.map((field) => as(field, 'String')?.sval ?? '*')
  for (let at = scope; at !== null; at = at.outer) {
    const item = at.items.find((candidate) => isQualifiedBy(candidate, names))
    if (item !== undefined) return item
  }
  return undefined
}
