import type { FuncCall, WindowDef } from 'libpg-query'
import { binding } from './binding.ts'
import { builtIn, deparse, operand, printExpression, printList, printNames } from './expression.ts'
import { strings } from './node.ts'
import { printSorting } from './query.ts'

/** Bits of `WindowDef.frameOptions` where no frame was written: RANGE, UNBOUNDED PRECEDING, CURRENT ROW. */
const defaultFrame = 1058

/** A call of a function, with what aggregates and window functions take besides. */
export function printCall(call: FuncCall): string {
  const { args = [], agg_order, agg_within_group, agg_filter, over } = call
  if (over !== undefined && !isSimpleWindow(over)) return deparse({ FuncCall: call })
  const listed = args.map((arg, at) =>
    call.func_variadic && at === args.length - 1 ? `VARIADIC ${printExpression(arg)}` : printExpression(arg),
  )
  const sorting = agg_order === undefined ? '' : printSorting(agg_order)
  const inside = [
    call.agg_distinct ? 'DISTINCT ' : '',
    call.agg_star ? '*' : listed.join(', '),
    agg_within_group ? '' : sorting,
  ]
  const parts = [`${printNames(builtIn(strings(call.funcname)))}(${inside.join('')})`]
  if (agg_within_group) parts.push(`WITHIN GROUP (${sorting.trimStart()})`)
  if (agg_filter !== undefined) parts.push(`FILTER (WHERE ${operand(agg_filter, binding.or)})`)
  if (over !== undefined) parts.push(`OVER ${printWindow(over)}`)
  return parts.join(' ')
}

function isSimpleWindow({ frameOptions = defaultFrame }: WindowDef): boolean {
  return frameOptions === defaultFrame
}

function printWindow({ name, refname, partitionClause, orderClause }: WindowDef): string {
  if (name !== undefined) return printNames([name])
  const parts = [
    refname === undefined ? '' : printNames([refname]),
    partitionClause === undefined ? '' : `PARTITION BY ${printList(partitionClause)}`,
    orderClause === undefined ? '' : printSorting(orderClause).trimStart(),
  ]
  return `(${parts.filter((part) => part !== '').join(' ')})`
}
