import type { CaseExpr, Node, SubLink } from 'libpg-query'
import { as, strings } from '../../sql/node.ts'
import type { Evaluator, RowScope } from './expression.ts'
import { allOf, anyOf, operate } from './operators.ts'
import { type Rows, select } from './select.ts'
import { isUnknown, type Row, truthOf, unknown, type Value } from './value.ts'

export function booleanTest(evaluator: Evaluator, node: Node, scope: RowScope | null): Value {
  const test = as(node, 'BooleanTest')
  const truth = evaluator.condition(test?.arg, scope)
  if (truth === undefined) return unknown
  switch (test?.booltesttype) {
    case 'IS_TRUE':
      return truth === true
    case 'IS_NOT_TRUE':
      return truth !== true
    case 'IS_FALSE':
      return truth === false
    case 'IS_NOT_FALSE':
      return truth !== false
    case 'IS_UNKNOWN':
      return truth === null
    default:
      return truth !== null
  }
}

/** CASE, in whose order PostgreSQL evaluates. */
export function caseValue(
  evaluator: Evaluator,
  { arg, args = [], defresult }: CaseExpr,
  scope: RowScope | null,
): Value {
  const subject = arg === undefined ? undefined : evaluator.value(arg, scope)
  for (const [at, branch] of args.entries()) {
    const { expr, result } = as(branch, 'CaseWhen') ?? {}
    const test =
      subject === undefined
        ? evaluator.condition(expr, scope)
        : truthOf(operate('=', subject, evaluator.value(expr, scope)))
    if (test === undefined) {
      evaluator.around.unsure?.([...args.slice(at), defresult])
      return unknown
    }
    if (test) return evaluator.value(result, scope)
  }
  return defresult === undefined ? null : evaluator.value(defresult, scope)
}

/** COALESCE. */
export function firstPresent(evaluator: Evaluator, args: readonly Node[], scope: RowScope | null): Value {
  for (const [at, arg] of args.entries()) {
    const value = evaluator.value(arg, scope)
    if (isUnknown(value)) {
      evaluator.around.unsure?.(args.slice(at + 1))
      return args.length === at + 1 ? value : unknown
    }
    if (value !== null) return value
  }
  return null
}

export function subquery(
  evaluator: Evaluator,
  { subLinkType, subselect, testexpr, operName }: SubLink,
  scope: RowScope | null,
): Value {
  const query = as(subselect, 'SelectStmt')
  if (query === undefined) return unknown
  evaluator.around.unsure?.([subselect])
  const found = select(evaluator, query, scope)
  switch (subLinkType) {
    case 'EXISTS_SUBLINK':
      return exists(evaluator, found)
    case 'EXPR_SUBLINK': {
      const sure = sureRows(found)
      if (sure === undefined || sure.length > 1) return unknown
      return sure[0] === undefined ? null : ([...sure[0].fields.values()][0] ?? null)
    }
    case 'ARRAY_SUBLINK':
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK': {
      const items = sureRows(found)?.map((row) => [...row.fields.values()][0] ?? null)
      if (items === undefined) return unknown
      if (subLinkType === 'ARRAY_SUBLINK') return items
      const left = evaluator.value(testexpr, scope)
      const operator = strings(operName).at(-1) ?? '='
      const over = subLinkType === 'ANY_SUBLINK' ? anyOf : allOf
      const answer = over(items, (item) => operate(operator, left, item))
      return answer === undefined ? unknown : answer
    }
    default:
      return unknown
  }
}

/** What may be there because of an unmodelled statement is left out, and the answer is doubtful. */
function exists(evaluator: Evaluator, { rows }: Rows): Value {
  const sure = rows.filter(({ isSure }) => isSure)
  if (sure.some(({ isDoubtful }) => !isDoubtful)) return true
  if (rows.some(({ isSure, isDoubtful }) => !isSure && !isDoubtful)) return unknown
  if (rows.length > 0) evaluator.isDoubtful = true
  return sure.length > 0
}

/** The rows where it is certain which there are. */
export function sureRows({ rows }: Rows): Row[] | undefined {
  if (rows.some(({ isSure, isDoubtful }) => !isSure || isDoubtful)) return undefined
  return rows.map(({ row }) => row)
}
