import type { A_Expr, Node } from 'libpg-query'
import { binding, type Printed } from './binding.ts'
import { operand, printList } from './expression.ts'
import { as, strings } from './node.ts'

/** An operator with its operands. */
export function printOperation(expr: A_Expr): Printed | string {
  const name = strings(expr.name).at(-1) ?? ''
  switch (expr.kind) {
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return printOperator(expr, name)
    case 'AEXPR_IN':
      return printIn(expr.lexpr, as(expr.rexpr, 'List')?.items ?? [], name)
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return printArrayOperation(expr, name)
    case 'AEXPR_DISTINCT':
      return printTest(expr, 'IS DISTINCT FROM')
    case 'AEXPR_NOT_DISTINCT':
      return printTest(expr, 'IS NOT DISTINCT FROM')
    case 'AEXPR_NULLIF':
      return `NULLIF(${operand(expr.lexpr, 0)}, ${operand(expr.rexpr, 0)})`
    case 'AEXPR_SIMILAR':
      return printSimilar(expr, name)
    default:
      return printBetween(expr)
  }
}

const spelled: Readonly<Record<string, string>> = {
  '~~': 'LIKE',
  '!~~': 'NOT LIKE',
  '~~*': 'ILIKE',
  '!~~*': 'NOT ILIKE',
}

const bindings: Readonly<Record<string, number>> = {
  '<': binding.comparison,
  '>': binding.comparison,
  '=': binding.comparison,
  '<=': binding.comparison,
  '>=': binding.comparison,
  '<>': binding.comparison,
  '~~': binding.like,
  '!~~': binding.like,
  '~~*': binding.like,
  '!~~*': binding.like,
  '+': binding.sum,
  '-': binding.sum,
  '*': binding.product,
  '/': binding.product,
  '%': binding.product,
  '^': binding.power,
}

function printOperator({ name: names, lexpr, rexpr }: A_Expr, name: string): Printed {
  const [namespace, ...rest] = strings(names)
  const qualified = rest.length > 0 && namespace !== 'pg_catalog'
  const operator = qualified ? `OPERATOR(${namespace}.${name})` : (spelled[name] ?? name)
  if (lexpr === undefined) {
    const binds = name === '+' || name === '-' ? binding.unary : binding.operator
    return { text: `${operator} ${operand(rexpr, binds)}`, binds }
  }
  const binds = qualified ? binding.operator : (bindings[name] ?? binding.operator)
  const chains = binds >= binding.operator
  const left = operand(lexpr, chains ? binds : binds + 1)
  return { text: `${left} ${operator} ${operand(rexpr, binds + 1)}`, binds }
}

/** A list of one is a comparison: so the server stores it. */
function printIn(left: Node | undefined, items: readonly Node[], operator: string): Printed {
  if (items.length === 1) {
    const text = `${operand(left, binding.comparison + 1)} ${operator} ${operand(items[0], binding.comparison + 1)}`
    return { text, binds: binding.comparison }
  }
  const word = operator === '=' ? 'IN' : 'NOT IN'
  return { text: `${operand(left, binding.like + 1)} ${word} (${printList(items)})`, binds: binding.like }
}

function printArrayOperation({ kind, lexpr, rexpr }: A_Expr, operator: string): Printed {
  const elements = as(rexpr, 'A_ArrayExpr')?.elements
  const isIn = kind === 'AEXPR_OP_ANY' && operator === '='
  const isNotIn = kind === 'AEXPR_OP_ALL' && operator === '<>'
  if (elements !== undefined && elements.length > 0 && (isIn || isNotIn)) {
    return printIn(lexpr, elements, operator)
  }
  const word = kind === 'AEXPR_OP_ANY' ? 'ANY' : 'ALL'
  const text = `${operand(lexpr, binding.operator)} ${spelled[operator] ?? operator} ${word} (${operand(rexpr, 0)})`
  return { text, binds: binding.operator }
}

function printTest({ lexpr, rexpr }: A_Expr, test: string): Printed {
  const text = `${operand(lexpr, binding.is + 1)} ${test} ${operand(rexpr, binding.is + 1)}`
  return { text, binds: binding.is }
}

function printSimilar({ lexpr, rexpr }: A_Expr, name: string): Printed {
  const [pattern, escaping] = as(rexpr, 'FuncCall')?.args ?? []
  const word = name === '~' ? 'SIMILAR TO' : 'NOT SIMILAR TO'
  const suffix = escaping === undefined ? '' : ` ESCAPE ${operand(escaping, binding.like + 1)}`
  const text = `${operand(lexpr, binding.like + 1)} ${word} ${operand(pattern, binding.like + 1)}${suffix}`
  return { text, binds: binding.like }
}

/** Written out as the comparisons that it stands for, as the server stores it; SYMMETRIC has none so simple. */
function printBetween({ kind, lexpr, rexpr }: A_Expr): Printed {
  const [low, high] = as(rexpr, 'List')?.items ?? []
  const not = kind === 'AEXPR_NOT_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN_SYM'
  if (kind === 'AEXPR_BETWEEN_SYM' || kind === 'AEXPR_NOT_BETWEEN_SYM') {
    const words = not ? 'NOT BETWEEN SYMMETRIC' : 'BETWEEN SYMMETRIC'
    const [value, from, to] = [lexpr, low, high].map((node) => operand(node, binding.like + 1))
    return { text: `${value} ${words} ${from} AND ${to}`, binds: binding.like }
  }
  const [value, from, to] = [lexpr, low, high].map((node) => operand(node, binding.comparison + 1))
  return not
    ? { text: `${value} < ${from} OR ${value} > ${to}`, binds: binding.or }
    : { text: `${value} >= ${from} AND ${value} <= ${to}`, binds: binding.and }
}
