import type { A_Expr, Node } from 'libpg-query'
import { as, strings, walk } from '../node.ts'
import { meet, meetAlike, relaxed, withoutModifier, yielding } from './casts.ts'
import type { Expressions } from './expressions.ts'
import { operatorResult } from './result-types.ts'
import { resolve, type Scope } from './scope.ts'
import { operator, type Typed, typed } from './typed.ts'

/** An operator with its operands in their normal form; what stands for several comparisons is written as those. */
export function normalOperation(expr: A_Expr, scope: Scope, expressions: Expressions): Typed {
  const { kind, lexpr, rexpr } = expr
  const name = strings(expr.name).at(-1) ?? ''
  const of = (node: Node | undefined) => (node === undefined ? undefined : expressions.of(node, scope))
  switch (kind) {
    case 'AEXPR_IN':
      if (lexpr === undefined) break
      return inList(name, expressions.of(lexpr, scope), as(rexpr, 'List')?.items ?? [], scope, expressions)
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return onArray(expr, scope, expressions)
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN': {
      const [low, high] = expressions.list(as(rexpr, 'List')?.items, scope)
      const value = of(lexpr)
      if (value === undefined || low === undefined || high === undefined) break
      const not = kind === 'AEXPR_NOT_BETWEEN'
      const args = [compared(not ? '<' : '>=', value, low), compared(not ? '>' : '<=', value, high)]
      return typed({ BoolExpr: { boolop: not ? 'OR_EXPR' : 'AND_EXPR', args } }, 'boolean')
    }
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM': {
      const [low, high] = as(rexpr, 'List')?.items ?? []
      if (low === undefined || high === undefined) break
      const not = kind === 'AEXPR_NOT_BETWEEN_SYM'
      const either = [
        [low, high],
        [high, low],
      ].map(
        (items): Node => ({
          A_Expr: { ...expr, kind: not ? 'AEXPR_NOT_BETWEEN' : 'AEXPR_BETWEEN', rexpr: { List: { items } } },
        }),
      )
      return expressions.of({ BoolExpr: { boolop: not ? 'AND_EXPR' : 'OR_EXPR', args: either } }, scope)
    }
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
    case 'AEXPR_NULLIF': {
      const [left, right] = [of(lexpr), of(rexpr)]
      if (left === undefined || right === undefined) break
      const [first, second] = meetAlike(left, right)
      if (kind !== 'AEXPR_NULLIF' && as(second.node, 'A_Const')?.isnull) {
        const nulltesttype = kind === 'AEXPR_DISTINCT' ? 'IS_NOT_NULL' : 'IS_NULL'
        return typed({ NullTest: { arg: first.node, nulltesttype } }, 'boolean')
      }
      const operands = { lexpr: first.node, rexpr: second.node }
      if (kind === 'AEXPR_NULLIF') return typed({ A_Expr: { ...expr, ...operands } }, left.type)
      const distinct: Node = { A_Expr: { ...expr, ...operands, kind: 'AEXPR_DISTINCT' } }
      return typed(kind === 'AEXPR_DISTINCT' ? distinct : negated(distinct), 'boolean')
    }
    case 'AEXPR_SIMILAR':
      return normalOperation({ ...expr, kind: 'AEXPR_OP' }, scope, expressions)
    case 'AEXPR_OP': {
      const parts = rowsApart(expr, name)
      if (parts !== null) return expressions.of(parts, scope)
      return binary(expr, name, of(lexpr), of(rexpr))
    }
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return binary(expr, name, of(lexpr), of(rexpr))
  }
  return typed({ A_Expr: expr })
}

function negated(node: Node): Node {
  return { BoolExpr: { boolop: 'NOT_EXPR', args: [node] } }
}

function binary(expr: A_Expr, name: string, left: Typed | undefined, right: Typed | undefined): Typed {
  if (right === undefined) return typed({ A_Expr: expr })
  const plain = strings(expr.name).length === 2 && strings(expr.name)[0] === 'pg_catalog'
  const written = plain ? { ...expr, name: (expr.name ?? []).slice(1) } : expr
  if (left === undefined) {
    const node = { A_Expr: { ...written, rexpr: relaxed(right).node } }
    return typed(node, right.type)
  }
  const [first, second] = alike.has(name) ? meetAlike(left, right) : meet(left, withPath(name, left, right))
  const type = operatorResult(name, left.type, right.type)
  return typed({ A_Expr: { ...written, kind: 'AEXPR_OP', lexpr: first.node, rexpr: second.node } }, type)
}

/** Two rows are equal where all of their fields are: the server stores a comparison for each. */
function rowsApart({ lexpr, rexpr }: A_Expr, name: string): Node | null {
  const [fields, others] = [as(lexpr, 'RowExpr')?.args, as(rexpr, 'RowExpr')?.args]
  if ((name !== '=' && name !== '<>') || fields === undefined || fields.length !== others?.length) return null
  const args = fields.flatMap((field, at) => {
    const other = others[at]
    return other === undefined ? [] : operator(name, field, other)
  })
  const [only, second] = args
  if (only !== undefined && second === undefined) return only
  return { BoolExpr: { boolop: name === '=' ? 'AND_EXPR' : 'OR_EXPR', args } }
}

/** Operators that people use between values of one type. */
const alike: ReadonlySet<string> = new Set(['=', '<>', '<', '>', '<=', '>=', '@>', '<@', '||'])

/** The right operand of these is an array of text beside JSON. */
const pathOperators: ReadonlySet<string> = new Set(['#>', '#>>', '#-', '?|', '?&'])

function withPath(name: string, left: Typed, right: Typed): Typed {
  const isJson = left.type === 'jsonb' || left.type === 'json'
  return isJson && pathOperators.has(name) ? yielding(right, typed(left.node, 'text[]')) : right
}

function compared(name: string, left: Typed, right: Typed): Node {
  const [first, second] = meetAlike(left, right)
  return operator(name, first.node, second.node)
}

/** Items that hold columns of the query itself are compared one by one, as the server stores them. */
function inList(
  name: string,
  left: Typed,
  items: readonly Node[],
  scope: Scope,
  expressions: Expressions,
): Typed {
  const typedItems = items.map((item) => ({ item, value: expressions.of(item, scope) }))
  const fixed = typedItems.filter(({ item }) => !holdsColumn(item, scope))
  const listed = fixed.length > 1 ? fixed : []
  const alone = typedItems.filter((one) => !listed.includes(one))
  const parts = alone.map(({ value }) => compared(name, left, value))
  if (listed.length > 0) {
    parts.unshift(
      list(
        name,
        left,
        listed.map(({ value }) => value),
      ),
    )
  }
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return typed(only, 'boolean')
  return typed({ BoolExpr: { boolop: name === '=' ? 'OR_EXPR' : 'AND_EXPR', args: parts } }, 'boolean')
}

function list(name: string, left: Typed, items: readonly Typed[]): Node {
  const nodes = items.map((item) => meetAlike(left, item)[1].node)
  return {
    A_Expr: {
      kind: 'AEXPR_IN',
      name: [{ String: { sval: name } }],
      lexpr: relaxed(left).node,
      rexpr: { List: { items: nodes } },
    },
  }
}

function holdsColumn(node: Node, scope: Scope): boolean {
  let found = false
  walk(node, (kind, value) => {
    if (kind === 'SubLink') return false
    if (kind !== 'ColumnRef') return true
    const { fields } = value as { fields?: Node[] }
    const column = resolve(scope, strings(fields))
    if (column === null || !column.outside) found = true
    return true
  })
  return found
}

function onArray(expr: A_Expr, scope: Scope, expressions: Expressions): Typed {
  const { kind, lexpr, rexpr } = expr
  if (lexpr === undefined || rexpr === undefined) return typed({ A_Expr: expr })
  const name = strings(expr.name).at(-1) ?? ''
  const left = expressions.of(lexpr, scope)
  const right = expressions.of(rexpr, scope)
  const elements = as(right.node, 'A_ArrayExpr')?.elements ?? []
  const isIn = kind === 'AEXPR_OP_ANY' ? name === '=' : name === '<>'
  if (isIn && elements.length > 1) {
    return typed(list(name, left, expressions.list(elements, scope)), 'boolean')
  }
  const array = as(right.node, 'TypeCast')?.arg
  const isVarchars = right.type === 'text[]' && right.from === 'character varying[]' && array !== undefined
  const listed =
    left.type === null ? right : yielding(right, { node: left.node, type: `${plainType(left.type)}[]` })
  const element = right.type?.endsWith('[]') ? right.type.slice(0, -2) : null
  const node: Node = {
    A_Expr: {
      ...expr,
      lexpr: yielding(relaxed(left), { node: right.node, type: element }).node,
      rexpr: isVarchars ? array : listed.node,
    },
  }
  return typed(node, 'boolean')
}

/** The element of the array that a value is compared with: of text for varchar. */
function plainType(type: string): string {
  const plain = withoutModifier(type)
  return plain === 'character varying' ? 'text' : plain
}
