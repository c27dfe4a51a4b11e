import type { BoolExpr, ColumnRef, FuncCall, Node } from 'libpg-query'
import { as, kindOf, strings } from '../../sql/node.ts'
import { hasStandIn } from '../../sql/stand-in.ts'
import type { State } from '../state.ts'
import { isAggregate } from './aggregates.ts'
import { arrayFunctions, itemsOf } from './array-functions.ts'
import { cast } from './casts.ts'
import { operation } from './operation.ts'
import { booleanTest, caseValue, firstPresent, subquery } from './predicates.ts'
import type { Rows } from './select.ts'
import { systemFunctions } from './system-functions.ts'
import { textFunctions } from './text-functions.ts'
import { isUnknown, NullRow, order, Row, truthOf, unknown, type Value } from './value.ts'
import type { Variables } from './variables.ts'

/** What the names of a query mean: the rows that its FROM clause has brought together, by alias. */
export interface RowScope {
  readonly items: readonly { readonly alias: string; readonly row: Row }[]
  readonly ctes: ReadonlyMap<string, Rows>
  readonly outer: RowScope | null
}

/** Runs routines of the history for the value that they give; undefined for a call that means none. */
export type RunCall = (call: FuncCall, args: readonly CallArgument[], isSure: boolean) => Value | undefined

export interface CallArgument {
  readonly name: string | null
  readonly value: Value
  /** Of VARIADIC, written before an array. */
  readonly isVariadic?: boolean
}

/** What may stand around expressions. */
export interface Surroundings {
  /** Null where the schema is not known: expressions over it are unknown. */
  readonly state: State | null
  readonly variables: Variables | null
  readonly call: RunCall | null
  /** Told of what is not surely evaluated, or in an order that is not known. */
  readonly unsure: ((nodes: readonly (Node | undefined)[]) => void) | null
  /** Told of the rows that are looked through. */
  readonly spend: ((rows: number) => void) | null
  /** Rows of functions that only what runs knows: `pg_event_trigger_ddl_commands()`. */
  readonly tables: ReadonlyMap<string, Rows>
}

const noTables: ReadonlyMap<string, Rows> = new Map()
export const nowhere: Surroundings = {
  state: null,
  variables: null,
  call: null,
  unsure: null,
  spend: null,
  tables: noTables,
}

/** The values of expressions, as far as the files tell. */
export class Evaluator {
  readonly around: Surroundings
  /** Whether a value rests on what an unmodelled statement may have changed. */
  isDoubtful = false
  /** Whether what is evaluated is so for certain, and once. */
  isSure = true
  #aggregate: ((call: FuncCall) => Value) | null = null

  constructor(around: Surroundings) {
    this.around = around
  }

  /** A value, and whether it is doubtful by itself. */
  apart<T>(compute: () => T): { readonly value: T; readonly isDoubtful: boolean } {
    const before = this.isDoubtful
    this.isDoubtful = false
    const value = compute()
    const { isDoubtful } = this
    this.isDoubtful = before
    return { value, isDoubtful }
  }

  condition(node: Node | undefined, scope: RowScope | null): boolean | null | undefined {
    return truthOf(this.value(node, scope))
  }

  value(node: Node | undefined, scope: RowScope | null): Value {
    if (node === undefined) return unknown
    switch (kindOf(node)) {
      case 'A_Const':
        return constant(node)
      case 'ParamRef':
        return this.#parameter(as(node, 'ParamRef')?.number ?? 0)
      case 'ColumnRef':
        return this.#column(as(node, 'ColumnRef') ?? {}, scope)
      case 'TypeCast': {
        const { arg, typeName } = as(node, 'TypeCast') ?? {}
        const value = this.value(arg, scope)
        return typeName === undefined ? unknown : cast(this.around.state, value, typeName)
      }
      case 'CollateClause':
        return this.value(as(node, 'CollateClause')?.arg, scope)
      case 'FuncCall':
        return this.#call(as(node, 'FuncCall') ?? {}, scope)
      case 'A_Expr':
        return operation(this, as(node, 'A_Expr') ?? {}, scope)
      case 'BoolExpr':
        return this.#logic(as(node, 'BoolExpr') ?? {}, scope)
      case 'NullTest': {
        const test = as(node, 'NullTest')
        return isNull(this.value(test?.arg, scope), test?.nulltesttype === 'IS_NULL')
      }
      case 'BooleanTest':
        return booleanTest(this, node, scope)
      case 'CaseExpr':
        return caseValue(this, as(node, 'CaseExpr') ?? {}, scope)
      case 'CoalesceExpr':
        return firstPresent(this, as(node, 'CoalesceExpr')?.args ?? [], scope)
      case 'MinMaxExpr': {
        const { op, args = [] } = as(node, 'MinMaxExpr') ?? {}
        return extreme(this.values(args, scope), op === 'IS_GREATEST')
      }
      case 'A_ArrayExpr':
        return this.values(as(node, 'A_ArrayExpr')?.elements ?? [], scope)
      case 'RowExpr': {
        const items = this.values(as(node, 'RowExpr')?.args ?? [], scope)
        return new Row(new Map(items.map((item, at) => [`f${at + 1}`, item])), false)
      }
      case 'SubLink':
        return subquery(this, as(node, 'SubLink') ?? {}, scope)
      case 'A_Indirection':
        return this.#indirection(node, scope)
      case 'SQLValueFunction':
        return this.#valueFunction(node)
      default:
        this.around.unsure?.([node])
        return unknown
    }
  }

  values(nodes: readonly Node[], scope: RowScope | null): Value[] {
    return nodes.map((node) => this.value(node, scope))
  }

  /** The value of an expression over aggregates, which `compute` is given. */
  withAggregates(node: Node, scope: RowScope | null, compute: (call: FuncCall) => Value): Value {
    const before = this.#aggregate
    this.#aggregate = compute
    const value = this.value(node, scope)
    this.#aggregate = before
    return value
  }

  #parameter(number: number): Value {
    const variable = this.around.variables?.parameter(number)
    return variable === undefined ? unknown : variable.value
  }

  #column({ fields }: ColumnRef, scope: RowScope | null): Value {
    const names = strings(fields)
    const [first = '', second] = names
    for (let at = scope; at !== null; at = at.outer) {
      for (const { alias, row } of at.items) {
        if (names.length === 1 && row.fields.has(first)) return row.get(first)
        const isQualified = names.length > 1 && alias === names.at(-2)
        if (isQualified) return row.get(names.at(-1) ?? '')
      }
    }
    const variable = this.around.variables?.read(names)
    if (variable !== undefined) return variable
    if (second === undefined) {
      for (let at = scope; at !== null; at = at.outer) {
        const whole = at.items.find(({ alias }) => alias === first)?.row
        if (whole !== undefined)
          return whole.fields.size === 1 ? ([...whole.fields.values()][0] ?? null) : whole
      }
    }
    return unknown
  }

  #call(call: FuncCall, scope: RowScope | null): Value {
    if (this.#aggregate !== null && isAggregate(call)) return this.#aggregate(call)
    const names = strings(call.funcname)
    const args = (call.args ?? []).map((arg, at, all): CallArgument => {
      const named = as(arg, 'NamedArgExpr')
      const isVariadic = call.func_variadic === true && at === all.length - 1
      return { name: named?.name ?? null, value: this.value(named?.arg ?? arg, scope), isVariadic }
    })
    const ran = this.around.call?.(call, args, this.isSure)
    if (ran !== undefined) return ran
    const name = names.at(-1) ?? ''
    if ((names.length > 1 && names[0] !== 'pg_catalog') || args.some((arg) => arg.name !== null))
      return unknown
    if (call.func_variadic || call.agg_star || call.over !== undefined) return unknown
    const values = args.map(({ value }) => value)
    const pure = textFunctions[name] ?? arrayFunctions[name]
    if (pure !== undefined) return pure(values)
    const { state } = this.around
    const asked = systemFunctions[name]
    return state === null || asked === undefined ? unknown : asked(state, values)
  }

  /** An answer counts as soon as it is certain, whatever the others are. */
  #logic({ boolop, args = [] }: BoolExpr, scope: RowScope | null): Value {
    const values = args.map((arg) => this.condition(arg, scope))
    if (boolop === 'NOT_EXPR')
      return values[0] === undefined ? unknown : values[0] === null ? null : !values[0]
    this.around.unsure?.(args)
    const decisive = boolop === 'OR_EXPR'
    if (values.includes(decisive)) return decisive
    if (values.includes(undefined)) return unknown
    return values.includes(null) ? null : !decisive
  }

  #indirection(node: Node, scope: RowScope | null): Value {
    const { arg, indirection = [] } = as(node, 'A_Indirection') ?? {}
    return indirection.reduce(
      (value: Value, step): Value => {
        if (value === null) return null
        const field = as(step, 'String')?.sval
        if (field !== undefined) return value instanceof Row ? value.get(field) : unknown
        const indices = as(step, 'A_Indices')
        const items = itemsOf(value)
        const at = this.value(indices?.uidx, scope)
        if (items === undefined || items === null || typeof at !== 'number') return unknown
        if (!indices?.is_slice) return items[at - 1] ?? null
        const from = indices.lidx === undefined ? 1 : this.value(indices.lidx, scope)
        return typeof from === 'number' ? items.slice(Math.max(0, from - 1), Math.max(0, at)) : unknown
      },
      this.value(arg, scope),
    )
  }

  #valueFunction(node: Node): Value {
    const { state } = this.around
    switch (as(node, 'SQLValueFunction')?.op) {
      case 'SVFOP_CURRENT_SCHEMA':
        return state === null ? unknown : (systemFunctions.current_schema?.(state, []) ?? unknown)
      case 'SVFOP_CURRENT_USER':
      case 'SVFOP_CURRENT_ROLE':
      case 'SVFOP_USER':
        return state?.session.role ?? unknown
      default:
        return unknown
    }
  }
}

function constant(node: Node): Value {
  const { isnull, sval, ival, boolval, fval } = as(node, 'A_Const') ?? {}
  if (isnull) return null
  if (sval !== undefined) return sval.sval ?? ''
  if (ival !== undefined) return ival.ival ?? 0
  if (boolval !== undefined) return boolval.boolval ?? false
  const number = Number(fval?.fval)
  return Number.isSafeInteger(number) && !fval?.fval?.includes('.') ? number : unknown
}

/** IS NULL, or IS NOT NULL; of a record that all its fields are, or none. */
function isNull(value: Value, wanted: boolean): Value {
  if (value instanceof NullRow) return wanted
  if (value instanceof Row) {
    const fields = [...value.fields.values()].map((field) => isNull(field, wanted))
    if (fields.includes(false)) return false
    return value.isOpen || fields.some(isUnknown) ? unknown : true
  }
  if (isUnknown(value) && (value.text === null || hasStandIn(value.text))) return unknown
  return (value === null) === wanted
}

function extreme(values: readonly Value[], isGreatest: boolean): Value {
  return values.reduce((best: Value, value) => {
    if (value === null) return best
    if (best === null) return value
    const difference = order(value, best)
    return difference === undefined ? unknown : difference > 0 === isGreatest ? value : best
  }, null)
}
