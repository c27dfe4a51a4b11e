import { createRequire } from 'node:module'
import type { A_Const, Node, SubLink, TypeName } from 'libpg-query'
import { binding, type Printed } from './binding.ts'
import { printCall } from './call.ts'
import { displayName, quoteIdentifier } from './identifiers.ts'
import { keywords } from './keywords.ts'
import { as, kindOf, strings } from './node.ts'
import { printOperation } from './operation.ts'
import { printSelect } from './query.ts'
import { formatType } from './types.ts'

/**
 * The normalised text of an expression, as SQL: two spellings of the same expression print alike. Spelt in one way are
 * keywords, white space, parentheses, casts, lists (`IN`, `= ANY (ARRAY[...])`), BETWEEN, LIKE and its operator, the
 * names of built-in types and functions, and string constants that are cast to text.
 */
export function printExpression(node: Node): string {
  return printed(node).text
}

/** The normalised text of a query. */
export function printQuery(node: Node): string {
  const select = as(node, 'SelectStmt')
  return select === undefined ? deparse(node) : printSelect(select)
}

/** The text of an operand, in parentheses where it binds less tightly than is needed there. */
export function operand(node: Node | undefined, needed: number): string {
  if (node === undefined) return ''
  const { text, binds } = printed(node)
  return binds < needed ? `(${text})` : text
}

export function printOptional(before: string, node: Node | undefined, after = ''): string {
  return node === undefined ? '' : `${before}${printExpression(node)}${after}`
}

export function printList(nodes: readonly Node[] | undefined): string {
  return (nodes ?? []).map(printExpression).join(', ')
}

export function printName(name: string): string {
  return keywords.has(name) ? quoteIdentifier(name) : displayName(name)
}

export function printNames(names: readonly string[]): string {
  return names.map(printName).join('.')
}

/** Names without `pg_catalog`, which is always searched. */
export function builtIn(names: readonly string[]): readonly string[] {
  return names.length === 2 && names[0] === 'pg_catalog' ? names.slice(1) : names
}

export function printType(type: TypeName): string {
  const text = formatType(type, printNames)
  return type.setof ? `SETOF ${text}` : text
}

/** What has no spelling of its own here is left to the deparser, which is loaded only then. */
export function deparse(node: Node): string {
  const { deparseSync } = createRequire(import.meta.url)('pgsql-deparser') as typeof import('pgsql-deparser')
  return deparseSync(node as never)
}

function printed(node: Node): Printed {
  const print = printers[kindOf(node)]
  const result = print === undefined ? deparse(node) : print(node)
  return typeof result === 'string' ? { text: result, binds: binding.atom } : result
}

const printers: { readonly [kind: string]: (node: Node) => Printed | string } = {
  A_Const: (node) => printConstant(as(node, 'A_Const') ?? {}),
  A_Expr: (node) => printOperation(as(node, 'A_Expr') ?? {}),
  FuncCall: (node) => printCall(as(node, 'FuncCall') ?? {}),
  SubLink: (node) => printSubLink(as(node, 'SubLink') ?? {}),
  BoolExpr: printBoolean,
  TypeCast: printCast,
  CaseExpr: printCase,
  A_Indirection: printIndirection,
  SelectStmt: (node) => `(${printQuery(node)})`,
  List: (node) => printList(as(node, 'List')?.items),
  ColumnRef: (node) => (as(node, 'ColumnRef')?.fields ?? []).map(printField).join('.'),
  ParamRef: (node) => `$${as(node, 'ParamRef')?.number}`,
  SetToDefault: () => 'DEFAULT',
  CoalesceExpr: (node) => `COALESCE(${printList(as(node, 'CoalesceExpr')?.args)})`,
  A_ArrayExpr: (node) => `ARRAY[${printList(as(node, 'A_ArrayExpr')?.elements)}]`,
  RowExpr: (node) => `ROW(${printList(as(node, 'RowExpr')?.args)})`,
  GroupingFunc: (node) => `GROUPING(${printList(as(node, 'GroupingFunc')?.args)})`,
  MinMaxExpr(node) {
    const { op, args } = as(node, 'MinMaxExpr') ?? {}
    return `${op === 'IS_LEAST' ? 'LEAST' : 'GREATEST'}(${printList(args)})`
  },
  NamedArgExpr(node) {
    const { name = '', arg } = as(node, 'NamedArgExpr') ?? {}
    return `${printName(name)} => ${operand(arg, 0)}`
  },
  NullTest(node) {
    const { arg, nulltesttype } = as(node, 'NullTest') ?? {}
    const test = nulltesttype === 'IS_NULL' ? 'IS NULL' : 'IS NOT NULL'
    return { text: `${operand(arg, binding.is + 1)} ${test}`, binds: binding.is }
  },
  BooleanTest(node) {
    const { arg, booltesttype = '' } = as(node, 'BooleanTest') ?? {}
    return { text: `${operand(arg, binding.is + 1)} ${booltesttype.replaceAll('_', ' ')}`, binds: binding.is }
  },
  CollateClause(node) {
    const { arg, collname } = as(node, 'CollateClause') ?? {}
    const name = printNames(builtIn(strings(collname)))
    return { text: `${operand(arg, binding.collate)} COLLATE ${name}`, binds: binding.collate }
  },
  SQLValueFunction(node) {
    const { op = '', typmod } = as(node, 'SQLValueFunction') ?? {}
    const name = op.slice('SVFOP_'.length)
    return name.endsWith('_N') ? `${name.slice(0, -2)}(${typmod})` : name
  },
}

function printConstant(constant: A_Const): Printed | string {
  if (constant.isnull) return 'NULL'
  if (constant.boolval !== undefined) return constant.boolval.boolval ? 'true' : 'false'
  if (constant.sval !== undefined) return `'${(constant.sval.sval ?? '').replaceAll("'", "''")}'`
  if (constant.bsval !== undefined) {
    const text = constant.bsval.bsval ?? ''
    return `${text.slice(0, 1).toUpperCase()}'${text.slice(1)}'`
  }
  const text = constant.fval?.fval ?? String(constant.ival?.ival ?? 0)
  return { text, binds: text.startsWith('-') ? binding.unary : binding.atom }
}

function printBoolean(node: Node): Printed {
  const { boolop, args } = as(node, 'BoolExpr') ?? {}
  if (boolop === 'NOT_EXPR') return { text: `NOT ${operand(args?.[0], binding.not)}`, binds: binding.not }
  const binds = boolop === 'AND_EXPR' ? binding.and : binding.or
  const parts = (args ?? []).map((arg) => operand(arg, binds))
  return { text: parts.join(boolop === 'AND_EXPR' ? ' AND ' : ' OR '), binds }
}

/** A cast of a string to text says nothing: the server writes it where nobody did. */
function printCast(node: Node): Printed | string {
  const { arg, typeName } = as(node, 'TypeCast') ?? {}
  const type = printType(typeName ?? {})
  const text = operand(arg, binding.cast)
  const isText = type === 'text' && as(arg, 'A_Const')?.sval !== undefined
  return isText ? text : { text: `${text}::${type}`, binds: binding.cast }
}

function printCase(node: Node): string {
  const { arg, args, defresult } = as(node, 'CaseExpr') ?? {}
  const branches = (args ?? []).map((branch) => {
    const { expr, result } = as(branch, 'CaseWhen') ?? {}
    return printOptional(' WHEN ', expr) + printOptional(' THEN ', result)
  })
  return `CASE${printOptional(' ', arg)}${branches.join('')}${printOptional(' ELSE ', defresult)} END`
}

function printSubLink({ subLinkType, testexpr, operName, subselect }: SubLink): Printed | string {
  const query = subselect === undefined ? '()' : `(${printQuery(subselect)})`
  const operator = strings(operName).at(-1) ?? '='
  const test = () => operand(testexpr, binding.comparison + 1)
  switch (subLinkType) {
    case 'EXISTS_SUBLINK':
      return `EXISTS ${query}`
    case 'ARRAY_SUBLINK':
      return `ARRAY${query}`
    case 'ANY_SUBLINK':
      if (operator === '=') return { text: `${test()} IN ${query}`, binds: binding.like }
      return { text: `${test()} ${operator} ANY ${query}`, binds: binding.operator }
    case 'ALL_SUBLINK':
      return { text: `${test()} ${operator} ALL ${query}`, binds: binding.operator }
    default:
      return query
  }
}

function printField(field: Node): string {
  return as(field, 'A_Star') === undefined ? printName(as(field, 'String')?.sval ?? '') : '*'
}

function printIndirection(node: Node): string {
  const { arg, indirection } = as(node, 'A_Indirection') ?? {}
  const isName = as(arg, 'ColumnRef') !== undefined || as(arg, 'ParamRef') !== undefined
  const isSubscript = as(indirection?.[0], 'A_Indices') !== undefined
  const subject = isName && isSubscript ? operand(arg, binding.atom) : `(${operand(arg, 0)})`
  const steps = (indirection ?? []).map((step) => {
    const indices = as(step, 'A_Indices')
    if (indices === undefined) return `.${printField(step)}`
    const { is_slice, lidx, uidx } = indices
    return is_slice ? `[${operand(lidx, 0)}:${operand(uidx, 0)}]` : `[${operand(uidx, 0)}]`
  })
  return subject + steps.join('')
}
