import type { Alias, JoinExpr, Node, RangeFunction, RangeVar, SelectStmt, WithClause } from 'libpg-query'
import {
  deparse,
  operand,
  printExpression,
  printList,
  printName,
  printNames,
  printOptional,
  printQuery,
} from './expression.ts'
import { as, kindOf, strings } from './node.ts'

/** A SELECT, VALUES or set operation. Clauses without a spelling here leave the whole to the deparser. */
export function printSelect(select: SelectStmt): string {
  if (
    select.windowClause !== undefined ||
    select.lockingClause !== undefined ||
    select.intoClause !== undefined
  ) {
    return deparse({ SelectStmt: select })
  }
  const parts = [
    select.withClause === undefined ? '' : `${printWith(select.withClause)} `,
    printBody(select),
    select.sortClause === undefined ? '' : printSorting(select.sortClause),
    select.limitOption === 'LIMIT_OPTION_WITH_TIES' ? '' : printOptional(' LIMIT ', select.limitCount),
    printOptional(' OFFSET ', select.limitOffset),
    select.limitOption === 'LIMIT_OPTION_WITH_TIES'
      ? ` FETCH FIRST (${operand(select.limitCount, 0)}) ROWS WITH TIES`
      : '',
  ]
  return parts.join('')
}

const setOperations: Readonly<Record<string, string>> = {
  SETOP_UNION: 'UNION',
  SETOP_INTERSECT: 'INTERSECT',
  SETOP_EXCEPT: 'EXCEPT',
}

function printBody(select: SelectStmt): string {
  if (select.larg !== undefined && select.rarg !== undefined) {
    const operation = `${setOperations[select.op ?? '']}${select.all ? ' ALL' : ''}`
    return `${printBranch(select.larg)} ${operation} ${printBranch(select.rarg)}`
  }
  if (select.valuesLists !== undefined) {
    return `VALUES ${select.valuesLists.map((row) => `(${printExpression(row)})`).join(', ')}`
  }
  const parts = [
    `SELECT${printDistinct(select.distinctClause)} ${(select.targetList ?? []).map(printTarget).join(', ')}`.trimEnd(),
    select.fromClause === undefined ? '' : ` FROM ${select.fromClause.map(printSource).join(', ')}`,
    printOptional(' WHERE ', select.whereClause),
    select.groupClause === undefined
      ? ''
      : ` GROUP BY ${select.groupDistinct ? 'DISTINCT ' : ''}${printList(select.groupClause)}`,
    printOptional(' HAVING ', select.havingClause),
  ]
  return parts.join('')
}

/** A branch with clauses of its own, or a set operation itself, stands in parentheses. */
function printBranch(select: SelectStmt): string {
  const text = printSelect(select)
  const { larg, sortClause, limitCount, limitOffset, withClause } = select
  const parts = [larg, sortClause, limitCount, limitOffset, withClause]
  return parts.every((part) => part === undefined) ? text : `(${text})`
}

function printDistinct(clause: readonly Node[] | undefined): string {
  if (clause === undefined) return ''
  const on = clause.filter((node) => Object.keys(node).length > 0)
  return on.length === 0 ? ' DISTINCT' : ` DISTINCT ON (${printList(on)})`
}

function printTarget(target: Node): string {
  const { name, val } = as(target, 'ResTarget') ?? {}
  const text = operand(val, 0)
  const column = strings(as(val, 'ColumnRef')?.fields).at(-1)
  return name === undefined || name === column ? text : `${text} AS ${printName(name)}`
}

/** ` ORDER BY ...`. */
export function printSorting(clause: readonly Node[]): string {
  const items = clause.map((node) => {
    const item = as(node, 'SortBy')
    if (item === undefined || item.useOp !== undefined) return deparse(node)
    const descending = item.sortby_dir === 'SORTBY_DESC'
    const nulls = { SORTBY_NULLS_FIRST: ' NULLS FIRST', SORTBY_NULLS_LAST: ' NULLS LAST' }
    const order = item.sortby_nulls === 'SORTBY_NULLS_FIRST' || item.sortby_nulls === 'SORTBY_NULLS_LAST'
    return `${operand(item.node, 0)}${descending ? ' DESC' : ''}${
      order ? nulls[item.sortby_nulls as keyof typeof nulls] : ''
    }`
  })
  return ` ORDER BY ${items.join(', ')}`
}

function printWith({ ctes, recursive }: WithClause): string {
  const items = (ctes ?? []).map((node) => {
    const cte = as(node, 'CommonTableExpr')
    if (cte?.ctequery === undefined || cte.search_clause || cte.cycle_clause) return deparse(node)
    const columns =
      cte.aliascolnames === undefined ? '' : `(${strings(cte.aliascolnames).map(printName).join(', ')})`
    const how = {
      CTEMaterializeDefault: '',
      CTEMaterializeAlways: ' MATERIALIZED',
      CTEMaterializeNever: ' NOT MATERIALIZED',
    }[cte.ctematerialized ?? 'CTEMaterializeDefault']
    return `${printName(cte.ctename ?? '')}${columns} AS${how} (${printQuery(cte.ctequery)})`
  })
  return `WITH ${recursive ? 'RECURSIVE ' : ''}${items.join(', ')}`
}

function printSource(node: Node): string {
  switch (kindOf(node)) {
    case 'RangeVar':
      return printRelation(as(node, 'RangeVar') ?? {})
    case 'JoinExpr':
      return printJoin(as(node, 'JoinExpr') ?? {})
    case 'RangeFunction':
      return printRangeFunction(node, as(node, 'RangeFunction') ?? {})
    case 'RangeSubselect': {
      const { lateral, subquery, alias } = as(node, 'RangeSubselect') ?? {}
      return `${lateral ? 'LATERAL ' : ''}(${subquery && printQuery(subquery)})${printAlias(alias)}`
    }
    default:
      return deparse(node)
  }
}

function printRelation({ schemaname, relname = '', inh, alias }: RangeVar): string {
  const name = printNames(schemaname === undefined ? [relname] : [schemaname, relname])
  return `${inh ? '' : 'ONLY '}${name}${printAlias(alias)}`
}

function printAlias(alias: Alias | undefined): string {
  if (alias === undefined) return ''
  const columns = strings(alias.colnames).map(printName)
  return ` AS ${printName(alias.aliasname ?? '')}${columns.length === 0 ? '' : `(${columns.join(', ')})`}`
}

const joins: Readonly<Record<string, string>> = {
  JOIN_INNER: 'JOIN',
  JOIN_LEFT: 'LEFT JOIN',
  JOIN_RIGHT: 'RIGHT JOIN',
  JOIN_FULL: 'FULL JOIN',
}

function printJoin(join: JoinExpr): string {
  const { jointype = '', isNatural, larg, rarg, usingClause, join_using_alias, quals, alias } = join
  const left = larg === undefined ? '' : printSource(larg)
  const nested =
    rarg !== undefined && kindOf(rarg) === 'JoinExpr' && as(rarg, 'JoinExpr')?.alias === undefined
  const right = rarg === undefined ? '' : nested ? `(${printSource(rarg)})` : printSource(rarg)
  const using =
    usingClause && ` USING (${strings(usingClause).map(printName).join(', ')})${printAlias(join_using_alias)}`
  const condition = using ?? printOptional(' ON ', quals)
  const cross = jointype === 'JOIN_INNER' && condition === '' && !isNatural
  const word = cross ? 'CROSS JOIN' : `${isNatural ? 'NATURAL ' : ''}${joins[jointype]}`
  const text = `${left} ${word} ${right}${condition}`
  return alias === undefined ? text : `(${text})${printAlias(alias)}`
}

function printRangeFunction(node: Node, range: RangeFunction): string {
  const [first, ...rest] = (range.functions ?? []).map((item) => as(item, 'List')?.items ?? [])
  if (range.is_rowsfrom || rest.length > 0 || range.coldeflist !== undefined) return deparse(node)
  const lateral = range.lateral ? 'LATERAL ' : ''
  return `${lateral}${operand(first?.[0], 0)}${range.ordinality ? ' WITH ORDINALITY' : ''}${printAlias(range.alias)}`
}
