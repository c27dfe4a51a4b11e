import type { Node } from 'libpg-query'
import { as, kindOf, type NodeKind } from './node.ts'

/** `weak` gives way to a name found around it: PostgreSQL's FigureColnameInternal. */
interface FiguredName {
  readonly name: string
  readonly weak: boolean
}

const namedByKind: Partial<Record<NodeKind, string>> = {
  A_ArrayExpr: 'array',
  CoalesceExpr: 'coalesce',
  GroupingFunc: 'grouping',
  JsonArrayAgg: 'json_arrayagg',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonObjectConstructor: 'json_object',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  RowExpr: 'row',
  XmlSerialize: 'xmlserialize',
}

/** The name that PostgreSQL gives a result column or index column over an expression; null where it finds none. */
export function figureColumnName(node: Node): string | null {
  return figure(node)?.name ?? null
}

function figure(node: Node | undefined): FiguredName | null {
  if (node === undefined) return null
  const kind = kindOf(node)
  const fixed = namedByKind[kind]
  if (fixed !== undefined) return strong(fixed)
  switch (kind) {
    case 'ColumnRef':
      return lastString(as(node, 'ColumnRef')?.fields)
    case 'FuncCall':
      return lastString(as(node, 'FuncCall')?.funcname)
    case 'A_Indirection':
      return lastString(as(node, 'A_Indirection')?.indirection) ?? figure(as(node, 'A_Indirection')?.arg)
    case 'CollateClause':
      return figure(as(node, 'CollateClause')?.arg)
    case 'TypeCast': {
      const cast = as(node, 'TypeCast')
      const inner = figure(cast?.arg)
      if (inner !== null && !inner.weak) return inner
      return weaken(lastString(cast?.typeName?.names)) ?? inner
    }
    case 'CaseExpr': {
      const inner = figure(as(node, 'CaseExpr')?.defresult)
      return inner === null || inner.weak ? { name: 'case', weak: true } : inner
    }
    case 'A_Expr':
      return as(node, 'A_Expr')?.kind === 'AEXPR_NULLIF' ? strong('nullif') : null
    case 'MinMaxExpr':
      return strong(as(node, 'MinMaxExpr')?.op === 'IS_LEAST' ? 'least' : 'greatest')
    case 'SubLink':
      return figureSubLink(node)
    case 'SQLValueFunction':
      return strong(valueFunctionName(as(node, 'SQLValueFunction')?.op ?? ''))
    case 'XmlExpr':
      return strong((as(node, 'XmlExpr')?.op ?? '').replace('IS_', '').toLowerCase())
    case 'JsonFuncExpr':
      return strong((as(node, 'JsonFuncExpr')?.op ?? '').replace('_OP', '').toLowerCase())
    default:
      return null
  }
}

function figureSubLink(node: Node): FiguredName | null {
  const link = as(node, 'SubLink')
  switch (link?.subLinkType) {
    case 'EXISTS_SUBLINK':
      return strong('exists')
    case 'ARRAY_SUBLINK':
      return strong('array')
    case 'EXPR_SUBLINK': {
      const target = as(as(link.subselect, 'SelectStmt')?.targetList?.[0], 'ResTarget')
      return target === undefined ? null : strong(target.name ?? figure(target.val)?.name ?? '?column?')
    }
    default:
      return null
  }
}

/** `SVFOP_CURRENT_TIMESTAMP_N` is CURRENT_TIMESTAMP(n). */
function valueFunctionName(op: string): string {
  const name = op.slice('SVFOP_'.length).toLowerCase()
  return name.endsWith('_n') ? name.slice(0, -2) : name
}

function lastString(nodes: readonly Node[] | undefined): FiguredName | null {
  const name = nodes?.map((node) => as(node, 'String')?.sval).findLast((text) => text !== undefined)
  return name === undefined ? null : strong(name)
}

function strong(name: string): FiguredName {
  return { name, weak: false }
}

function weaken(figured: FiguredName | null): FiguredName | null {
  return figured === null ? null : { ...figured, weak: true }
}
