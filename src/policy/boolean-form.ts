import type { CaseExpr, Node } from 'libpg-query'
import { as } from '../sql/node.ts'
import { constantOf } from './constants.ts'
import { operatorOf, unwrap } from './unwrap.ts'

/**
 * A predicate as AND and OR over atoms, NOT pushed down to them. Where SQL's form can't be kept it is
 * widened: the form is true wherever the predicate is.
 */
export type BooleanForm =
  | { readonly kind: 'and' | 'or'; readonly of: readonly BooleanForm[]; readonly node: Node }
  | { readonly kind: 'atom'; readonly negated: boolean; readonly node: Node }

export function booleanForm(node: Node, negated = false): BooleanForm {
  const inner = unwrap(node)
  const form = (part: Node) => booleanForm(part, negated)
  const connective = as(inner, 'BoolExpr')
  if (connective !== undefined) {
    const args = connective.args ?? []
    if (connective.boolop === 'NOT_EXPR') {
      return args[0] === undefined ? atom(inner, negated) : booleanForm(args[0], !negated)
    }
    return {
      kind: (connective.boolop === 'AND_EXPR') === negated ? 'or' : 'and',
      of: args.map(form),
      node: inner,
    }
  }
  const coalesce = as(inner, 'CoalesceExpr')
  if (coalesce !== undefined) return { kind: 'or', of: (coalesce.args ?? []).map(form), node: inner }
  const choice = as(inner, 'CaseExpr')
  if (choice !== undefined) return { kind: 'or', of: branches(choice, negated), node: inner }
  const test = as(inner, 'BooleanTest')
  if (test?.arg !== undefined) {
    const tested = negated ? negatedTests[test.booltesttype ?? ''] : test.booltesttype
    if (tested === 'IS_TRUE') return booleanForm(test.arg, false)
    if (tested === 'IS_FALSE') return booleanForm(test.arg, true)
    return atom(inner, negated)
  }
  return comparisonForm(inner, negated)
}

const negatedTests: Readonly<Record<string, string>> = { IS_NOT_TRUE: 'IS_TRUE', IS_NOT_FALSE: 'IS_FALSE' }

function comparisonForm(inner: Node, negated: boolean): BooleanForm {
  const operation = as(inner, 'A_Expr')
  if (operation?.kind === 'AEXPR_DISTINCT' && negated) {
    return atom({ A_Expr: { ...operation, kind: 'AEXPR_NOT_DISTINCT' } }, false)
  }
  if (operation?.kind !== 'AEXPR_OP' || operation.lexpr === undefined || operation.rexpr === undefined) {
    return atom(inner, negated)
  }
  const { lexpr, rexpr, name } = operation
  const operator = operatorOf(name)
  if (operator !== '=' && operator !== '<>') return atom(inner, negated)
  const isEqual = (operator === '=') !== negated
  for (const [side, other] of [
    [lexpr, rexpr],
    [rexpr, lexpr],
  ] as const) {
    const value = constantOf(side)
    if (typeof value === 'boolean') return booleanForm(other, value !== isEqual)
  }
  if (!isEqual) return atom(inner, negated)
  const [left, right] = [as(unwrap(lexpr), 'RowExpr')?.args, as(unwrap(rexpr), 'RowExpr')?.args]
  if (left !== undefined && right?.length === left.length) {
    const of = left.map((part, at) => booleanForm(equality(part, right[at] ?? part)))
    return { kind: 'and', of, node: inner }
  }
  return atom(negated ? equality(lexpr, rexpr) : inner, false)
}

function equality(lexpr: Node, rexpr: Node): Node {
  return { A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: '=' } }], lexpr, rexpr } }
}

function atom(node: Node, negated: boolean): BooleanForm {
  return { kind: 'atom', negated, node }
}

/** Each result beside the condition that it needs; that the conditions before it are not met is left out. */
function branches({ arg, args, defresult }: CaseExpr, negated: boolean): BooleanForm[] {
  const forms = (args ?? []).flatMap((branch): BooleanForm[] => {
    const when = as(branch, 'CaseWhen')
    if (when?.expr === undefined || when.result === undefined) return []
    const condition = booleanForm(arg === undefined ? when.expr : equality(arg, when.expr))
    return [{ kind: 'and', of: [condition, booleanForm(when.result, negated)], node: when.result }]
  })
  return defresult === undefined ? forms : [...forms, booleanForm(defresult, negated)]
}

/** An atom that must hold. */
export interface Atom {
  readonly node: Node
  readonly negated: boolean
}

const caseLimit = 64

/** The ways in which it can be true: lists of atoms that must all hold. Null where they are too many to look at. */
export function waysOf(form: BooleanForm): Atom[][] | null {
  if (form.kind === 'atom') return [[form]]
  let ways: Atom[][] = form.kind === 'and' ? [[]] : []
  for (const part of form.of) {
    const more = waysOf(part)
    if (more === null) return null
    ways =
      form.kind === 'and'
        ? ways.flatMap((way) => more.map((other) => [...way, ...other]))
        : [...ways, ...more]
    if (ways.length > caseLimit) return null
  }
  return ways
}
