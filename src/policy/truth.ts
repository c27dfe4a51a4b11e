import type { A_Expr, CaseExpr, Node, NullTest, SubLink } from 'libpg-query'
import type { Expression, Relation } from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import { alwaysHasRow } from './aggregates.ts'
import { isSameExpression, opposite, ownColumn, shapeOf } from './canonical.ts'
import { compareConstants, constantOf } from './constants.ts'
import { operatorOf, readsNothing, unwrap } from './unwrap.ts'

/**
 * What an expression gives whatever the row and the context are; `unknown` where it depends on them.
 * A comparison of a column with itself counts as true: it admits every row that has a value there.
 */
export type Truth = 'true' | 'false' | 'null' | 'unknown'

/** `notNull`: columns that can be taken to have a value, beside those declared NOT NULL. */
export function truthOf(expression: Expression, relation: Relation, notNull: readonly string[] = []): Truth {
  return new Evaluation(relation, notNull).truth(expression)
}

class Evaluation {
  readonly #relation: Relation
  readonly #notNull: readonly string[]

  constructor(relation: Relation, notNull: readonly string[]) {
    this.#relation = relation
    this.#notNull = notNull
  }

  truth(node: Node): Truth {
    const value = constantOf(node)
    if (value === null) return 'null'
    if (typeof value === 'boolean') return value ? 'true' : 'false'
    const inner = unwrap(node)
    const connective = as(inner, 'BoolExpr')
    if (connective !== undefined) return this.#connective(connective.boolop, connective.args ?? [])
    const operation = as(inner, 'A_Expr')
    if (operation !== undefined) return this.#operation(operation)
    const nullTest = as(inner, 'NullTest')
    if (nullTest !== undefined) return this.#nullTest(nullTest)
    const test = as(inner, 'BooleanTest')
    if (test?.arg !== undefined) return booleanTest(test.booltesttype, this.truth(test.arg))
    const coalesce = as(inner, 'CoalesceExpr')
    if (coalesce !== undefined) return this.#coalesce(coalesce.args ?? [])
    const choice = as(inner, 'CaseExpr')
    if (choice !== undefined) return this.#choice(choice)
    const link = as(inner, 'SubLink')
    return link === undefined ? 'unknown' : this.#sublink(link)
  }

  #connective(operator: string | undefined, args: readonly Node[]): Truth {
    const truths = args.map((arg) => this.truth(arg))
    if (operator === 'NOT_EXPR') return not(truths[0] ?? 'unknown')
    const decisive = operator === 'OR_EXPR' ? 'true' : 'false'
    if (truths.includes(decisive) || this.#haveOpposites(args)) return decisive
    if (truths.includes('unknown')) return 'unknown'
    return truths.includes('null') ? 'null' : not(decisive)
  }

  /** `x or not x` is true, `x and not x` false, where x isn't null. */
  #haveOpposites(args: readonly Node[]): boolean {
    const byShape = new Map<string, Node[]>()
    for (const arg of args) {
      const shape = shapeOf(arg)
      const known = byShape.get(shape)
      if (known === undefined) byShape.set(shape, [arg])
      else known.push(arg)
    }
    return args.some((arg) => {
      const other = opposite(arg)
      const candidates = byShape.get(shapeOf(other)) ?? []
      return candidates.some((candidate) => isSameExpression(this.#relation, candidate, other))
    })
  }

  #operation({ kind, name, lexpr, rexpr }: A_Expr): Truth {
    if (lexpr === undefined || rexpr === undefined) return 'unknown'
    const operator = operatorOf(name)
    switch (kind) {
      case 'AEXPR_OP':
        return this.#comparison(lexpr, operator, rexpr)
      case 'AEXPR_NOT_DISTINCT':
        return this.#comparison(lexpr, '=', rexpr)
      case 'AEXPR_DISTINCT':
        return this.#comparison(lexpr, '<>', rexpr)
      case 'AEXPR_IN': {
        const anyEqual = this.#anyEqual(lexpr, as(rexpr, 'List')?.items ?? [])
        return operator === '=' ? anyEqual : not(anyEqual)
      }
      case 'AEXPR_OP_ANY': {
        const elements = as(unwrap(rexpr), 'A_ArrayExpr')?.elements
        return operator === '=' && elements !== undefined ? this.#anyEqual(lexpr, elements) : 'unknown'
      }
      case 'AEXPR_LIKE':
      case 'AEXPR_ILIKE':
        return constantOf(rexpr) === '%' && !operator.startsWith('!') ? 'true' : 'unknown'
      default:
        return 'unknown'
    }
  }

  #comparison(left: Node, operator: string, right: Node): Truth {
    const [a, b] = [constantOf(left), constantOf(right)]
    if (a === null || b === null) return 'null'
    if (typeof b === 'boolean' && (operator === '=' || operator === '<>')) {
      const truth = this.truth(left)
      return (operator === '=') === b ? truth : not(truth)
    }
    if (a !== undefined && b !== undefined) {
      const result = compareConstants(a, operator, b)
      return result === undefined ? 'unknown' : truthFrom(result)
    }
    if (operator === '~' && (b === '.*' || b === '')) return 'true'
    if (a !== undefined || b !== undefined || !this.#areSame(left, right)) return 'unknown'
    if (['=', '<=', '>='].includes(operator)) return 'true'
    return ['<>', '<', '>'].includes(operator) ? 'false' : 'unknown'
  }

  #anyEqual(left: Node, items: readonly Node[]): Truth {
    const truths = items.map((item) => this.#comparison(left, '=', item))
    if (truths.includes('true')) return 'true'
    return truths.includes('unknown') ? 'unknown' : truths.includes('null') ? 'null' : 'false'
  }

  #areSame(left: Node, right: Node): boolean {
    return shapeOf(left) === shapeOf(right) && isSameExpression(this.#relation, left, right)
  }

  #nullTest({ arg, nulltesttype }: NullTest): Truth {
    if (arg === undefined) return 'unknown'
    const value = constantOf(arg)
    const column = ownColumn(this.#relation, unwrap(arg))
    const hasValue =
      value === null ? false : value !== undefined || (column !== null && this.#isNotNull(column)) || null
    if (hasValue === null) return 'unknown'
    return truthFrom(hasValue === (nulltesttype === 'IS_NOT_NULL'))
  }

  #isNotNull(column: string): boolean {
    const isDeclared = this.#relation.columns.some(({ name, notNull }) => notNull && name === column)
    return isDeclared || this.#notNull.includes(column)
  }

  #coalesce(args: readonly Node[]): Truth {
    for (const arg of args) {
      const truth = this.truth(arg)
      if (truth !== 'null') return truth
    }
    return 'null'
  }

  #choice({ arg, args, defresult }: CaseExpr): Truth {
    const possible = new Set<Truth>()
    for (const branch of args ?? []) {
      const when = as(branch, 'CaseWhen')
      if (when?.expr === undefined || when.result === undefined) return 'unknown'
      const met = arg === undefined ? this.truth(when.expr) : this.#comparison(arg, '=', when.expr)
      if (met === 'false' || met === 'null') continue
      possible.add(this.truth(when.result))
      if (met === 'true') return only(possible)
    }
    possible.add(defresult === undefined ? 'null' : this.truth(defresult))
    return only(possible)
  }

  #sublink({ subLinkType, subselect, testexpr, operName }: SubLink): Truth {
    const select = as(subselect, 'SelectStmt')
    const isDecidable = subLinkType === 'EXISTS_SUBLINK' || (select !== undefined && readsNothing(select))
    if (select === undefined || !isDecidable) return 'unknown'
    const inside = readsNothing(select) ? this : new Evaluation({ ...this.#relation, columns: [] }, [])
    const where = select.whereClause === undefined ? 'true' : inside.truth(select.whereClause)
    if (subLinkType === 'EXISTS_SUBLINK') {
      if (select.valuesLists !== undefined || alwaysHasRow(select)) return 'true'
      if (where === 'false' || where === 'null') return 'false'
      return readsNothing(select) ? where : 'unknown'
    }
    const isEqual = operName === undefined || operatorOf(operName) === '='
    if (subLinkType !== 'ANY_SUBLINK' || testexpr === undefined || !isEqual) return 'unknown'
    const target = as(select.targetList?.[0], 'ResTarget')?.val
    if (where !== 'true' || target === undefined) return 'unknown'
    return this.#comparison(testexpr, '=', target)
  }
}

function truthFrom(value: boolean): Truth {
  return value ? 'true' : 'false'
}

function not(truth: Truth): Truth {
  return truth === 'true' ? 'false' : truth === 'false' ? 'true' : truth
}

function only(possible: ReadonlySet<Truth>): Truth {
  const [truth = 'null'] = possible
  return possible.size === 1 ? truth : 'unknown'
}

function booleanTest(kind: string | undefined, truth: Truth): Truth {
  if (truth === 'unknown') return 'unknown'
  switch (kind) {
    case 'IS_TRUE':
      return truthFrom(truth === 'true')
    case 'IS_NOT_TRUE':
      return truthFrom(truth !== 'true')
    case 'IS_FALSE':
      return truthFrom(truth === 'false')
    case 'IS_NOT_FALSE':
      return truthFrom(truth !== 'false')
    case 'IS_UNKNOWN':
      return truthFrom(truth === 'null')
    case 'IS_NOT_UNKNOWN':
      return truthFrom(truth !== 'null')
    default:
      return 'unknown'
  }
}
