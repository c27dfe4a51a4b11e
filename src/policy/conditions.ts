import { as } from '../sql/node.ts'
import { booleanForm, waysOf } from './boolean-form.ts'
import type { Pair } from './links.ts'
import { type Condition, type ReadQuery, resolveTerm, type Source } from './query-scope.ts'
import { operatorOf, unwrap } from './unwrap.ts'

/** A condition that must hold, where its names mean what `scope` says. */
export interface ScopedAtom extends Condition {
  readonly negated: boolean
}

export interface Equality {
  readonly left: Condition
  readonly right: Condition
}

const caseLimit = 64

/** The equality that an atom states, if it is one. */
export function equalityOf({ node, scope, negated }: ScopedAtom): Equality[] {
  const operation = as(unwrap(node), 'A_Expr')
  if (negated || operation?.kind !== 'AEXPR_OP' || operatorOf(operation.name) !== '=') return []
  const { lexpr, rexpr } = operation
  if (lexpr === undefined || rexpr === undefined) return []
  return [{ left: { node: lexpr, scope }, right: { node: rexpr, scope } }]
}

/** The ways in which all conditions of a query can hold; null where they are too many to look at. */
export function scopedCases({ conditions }: ReadQuery): ScopedAtom[][] | null {
  let cases: ScopedAtom[][] = [[]]
  for (const { node, scope } of conditions) {
    const ways = waysOf(booleanForm(node))
    if (ways === null || ways.length * cases.length > caseLimit) return null
    const scoped = ways.map((way) => way.map((atom) => ({ ...atom, scope })))
    cases = cases.flatMap((some) => scoped.map((way) => [...some, ...way]))
  }
  return cases
}

/** The columns of two sources that are said to be equal. */
export function pairsOf(equalities: readonly Equality[], a: Source, b: Source): Pair[] {
  return equalities.flatMap(({ left, right }): Pair[] => {
    const [x, y] = [resolveTerm(left.scope, left.node), resolveTerm(right.scope, right.node)]
    if (x === null || y === null || x.column === null || y.column === null) return []
    if (x.source === a && y.source === b) return [[x.column, y.column]]
    return x.source === b && y.source === a ? [[y.column, x.column]] : []
  })
}
