import type { CaseExpr, ColumnRef, FuncCall, Node, SubLink } from 'libpg-query'
import { as, kindOf, strings } from '../node.ts'
import { cast, commonType, meet, meetAlike, relaxed, yielding } from './casts.ts'
import { normalOperation } from './operations.ts'
import { Queries } from './queries.ts'
import { functionResult, valueFunctionResult } from './result-types.ts'
import { rangeCalled, reference, resolve, type Scope } from './scope.ts'
import { type KnownNames, type Typed, typed, unknownType } from './typed.ts'

/** Brings expressions into their normal form, with the types that can be told on the way. */
export class Expressions {
  readonly #names: KnownNames
  readonly #queries: Queries

  constructor(names: KnownNames) {
    this.#names = names
    this.#queries = new Queries(names, this)
  }

  whole(node: Node, scope: Scope, type: string | undefined): Node {
    const value = this.of(node, scope)
    return type === undefined ? value.node : meetAlike(value, typed(reference('value'), type))[0].node
  }

  /** A query whose columns' names do not matter. */
  query(node: Node, scope: Scope): Node {
    const select = as(node, 'SelectStmt')
    return select === undefined ? node : { SelectStmt: this.#queries.select(select, scope, false).select }
  }

  node(node: Node, scope: Scope): Node {
    return this.of(node, scope).node
  }

  list(nodes: readonly Node[] | undefined, scope: Scope): Typed[] {
    return (nodes ?? []).map((node) => this.of(node, scope))
  }

  of(node: Node, scope: Scope): Typed {
    switch (kindOf(node)) {
      case 'A_Const':
        return typed(node, constantType(node))
      case 'ColumnRef':
        return this.#column(node, as(node, 'ColumnRef') ?? {}, scope)
      case 'TypeCast': {
        const { arg, typeName } = as(node, 'TypeCast') ?? {}
        return arg === undefined || typeName === undefined ? typed(node) : cast(this.of(arg, scope), typeName)
      }
      case 'A_Expr':
        return normalOperation(as(node, 'A_Expr') ?? {}, scope, this)
      case 'FuncCall':
        return this.#call(as(node, 'FuncCall') ?? {}, scope)
      case 'SubLink':
        return this.#subLink(as(node, 'SubLink') ?? {}, scope)
      case 'CaseExpr':
        return this.#case(as(node, 'CaseExpr') ?? {}, scope)
      case 'BoolExpr':
        return typed(this.#inside(node, scope), 'boolean')
      case 'NullTest':
      case 'BooleanTest':
        return typed(this.#inside(node, scope), 'boolean')
      case 'CoalesceExpr': {
        const { items, type } = this.#alike(as(node, 'CoalesceExpr')?.args, scope)
        return typed({ CoalesceExpr: { ...as(node, 'CoalesceExpr'), args: items } }, type)
      }
      case 'MinMaxExpr': {
        const { items, type } = this.#alike(as(node, 'MinMaxExpr')?.args, scope)
        return typed({ MinMaxExpr: { ...as(node, 'MinMaxExpr'), args: items } }, type)
      }
      case 'A_ArrayExpr': {
        const { items, type } = this.#alike(as(node, 'A_ArrayExpr')?.elements, scope)
        return typed({ A_ArrayExpr: { elements: items } }, type === null ? null : `${type}[]`)
      }
      case 'CollateClause': {
        const clause = as(node, 'CollateClause') ?? {}
        const arg = clause.arg === undefined ? undefined : relaxed(this.of(clause.arg, scope))
        return arg === undefined
          ? typed(node)
          : typed({ CollateClause: { ...clause, arg: arg.node } }, arg.type)
      }
      case 'RowExpr': {
        const row = as(node, 'RowExpr') ?? {}
        return typed({
          RowExpr: { ...row, args: (row.args ?? []).flatMap((arg) => this.#spelt(arg, scope)) },
        })
      }
      case 'SQLValueFunction':
        return typed(node, valueFunctionResult(as(node, 'SQLValueFunction')?.op ?? ''))
      case 'SelectStmt':
        return typed(this.query(node, scope))
      default:
        return typed(this.#inside(node, scope))
    }
  }

  /** The node with each node in it in its normal form. */
  #inside(node: Node, scope: Scope): Node {
    const [kind, value] = Object.entries(node)[0] as [string, object]
    const fields = Object.entries(value).map(([key, field]) => [key, this.#field(field, scope)])
    return { [kind]: Object.fromEntries(fields) } as Node
  }

  #field(field: unknown, scope: Scope): unknown {
    if (Array.isArray(field)) return field.map((item) => this.#field(item, scope))
    if (typeof field !== 'object' || field === null) return field
    const key = Object.keys(field)[0] ?? ''
    return /^[A-Z]/.test(key) && key !== 'String' && key !== 'TypeName'
      ? this.node(field as Node, scope)
      : field
  }

  #column(node: Node, { fields = [] }: ColumnRef, scope: Scope): Typed {
    const names = strings(fields)
    const isStar = as(fields.at(-1), 'A_Star') !== undefined
    const found = isStar ? null : resolve(scope, names)
    if (found !== null) {
      const { range, column, type, outside } = found
      const alone = range.own && !outside
      return typed(alone ? reference(column) : reference(range.refname, column), type)
    }
    const row = rangeCalled(scope, isStar ? names.slice(0, -1) : names)
    if (row === undefined) return typed(node)
    const [only, ...others] = row.scalar ? (row.columns?.keys() ?? []) : []
    if (only !== undefined && others.length === 0 && !isStar) return typed(reference(row.refname, only))
    return typed({ ColumnRef: { fields: [{ String: { sval: row.refname } }, { A_Star: {} }] } })
  }

  /** A star in a row is written out where the columns are known. */
  #spelt(node: Node, scope: Scope): Node[] {
    const fields = as(node, 'ColumnRef')?.fields ?? []
    const isStar = as(fields.at(-1), 'A_Star') !== undefined
    const range = isStar ? rangeCalled(scope, strings(fields.slice(0, -1))) : undefined
    if (range === undefined || range.columns === null) return [this.node(node, scope)]
    return [...range.columns.keys()].map((column) => reference(range.refname, column))
  }

  #call(call: FuncCall, scope: Scope): Typed {
    const [namespace, ...rest] = strings(call.funcname)
    const name = rest.at(-1) ?? namespace ?? ''
    const isBuiltIn = rest.length === 0 || namespace === 'pg_catalog'
    const routine = isBuiltIn ? undefined : this.#names.routine(namespace ?? '', name)
    const args = this.list(call.args, scope).map((arg, at) => {
      const parameter = routine?.parameters[at]
      if (parameter !== undefined) return yielding(relaxed(arg), typed(reference(name), parameter))
      return isBuiltIn ? withoutNameCast(relaxed(arg)) : arg
    })
    const { agg_order, agg_filter, over } = call
    const isForeign = !isBuiltIn && !this.#names.hasRoutine(namespace ?? '', name)
    const node: Node = {
      FuncCall: {
        ...call,
        ...(isForeign ? { funcname: [{ String: { sval: name } }] } : {}),
        ...(call.args === undefined ? {} : { args: args.map((arg) => arg.node) }),
        ...(agg_order === undefined ? {} : { agg_order: this.#queries.sorting(agg_order, scope, []) }),
        ...(agg_filter === undefined ? {} : { agg_filter: this.node(agg_filter, scope) }),
        ...(over === undefined ? {} : { over: this.#queries.window(over, scope) }),
      },
    }
    return typed(node, isBuiltIn ? functionResult(name, args.length) : (routine?.returns ?? null))
  }

  #subLink(link: SubLink, scope: Scope): Typed {
    const select = as(link.subselect, 'SelectStmt')
    if (select === undefined) return typed({ SubLink: link })
    const isTest = link.subLinkType === 'EXISTS_SUBLINK'
    const query = this.#queries.select(select, scope, false, isTest)
    const testexpr = link.testexpr === undefined ? undefined : relaxed(this.of(link.testexpr, scope)).node
    const node: Node = {
      SubLink: {
        ...link,
        subselect: { SelectStmt: query.select },
        ...(testexpr === undefined ? {} : { testexpr }),
      },
    }
    if (link.subLinkType !== 'EXPR_SUBLINK')
      return typed(node, link.subLinkType === 'ARRAY_SUBLINK' ? null : 'boolean')
    return typed(node, query.types?.[0] ?? null)
  }

  #case({ arg, args = [], defresult }: CaseExpr, scope: Scope): Typed {
    const subject = arg === undefined ? undefined : this.of(arg, scope)
    const branches = args.map((branch) => {
      const { expr, result } = as(branch, 'CaseWhen') ?? {}
      const when = this.of(expr ?? branch, scope)
      return {
        when: subject === undefined ? when : meet(when, subject)[0],
        result: this.of(result ?? branch, scope),
      }
    })
    const otherwise = defresult === undefined || isNull(defresult) ? undefined : this.of(defresult, scope)
    const results = [...branches.map(({ result }) => result), ...(otherwise === undefined ? [] : [otherwise])]
    const common = commonType(results)
    const plain = (item: Typed) => yielding(relaxed(item), common).node
    const node: Node = {
      CaseExpr: {
        ...(subject === undefined ? {} : { arg: relaxed(subject).node }),
        args: branches.map(({ when, result }) => ({ CaseWhen: { expr: when.node, result: plain(result) } })),
        ...(otherwise === undefined ? {} : { defresult: plain(otherwise) }),
      },
    }
    return typed(node, common.type)
  }

  /** Expressions that share one type. */
  #alike(nodes: readonly Node[] | undefined, scope: Scope): { items: Node[]; type: string | null } {
    const items = this.list(nodes, scope)
    const common = commonType(items)
    const types = new Set(items.map(({ type }) => (type === unknownType ? 'text' : type)))
    const [only] = types
    return {
      items: items.map((item) => yielding(relaxed(item), common).node),
      type: common.type ?? (types.size === 1 && only !== undefined ? only : null),
    }
  }
}

/** Constants that name things: built-in functions that take a name take it as no other type. */
function withoutNameCast(arg: Typed): Typed {
  return arg.type === 'name' || arg.type === 'regconfig'
    ? yielding(arg, typed(reference('name'), arg.type))
    : arg
}

/** NULL, of whatever type: what CASE gives where it has no ELSE. */
function isNull(node: Node): boolean {
  return as(as(node, 'TypeCast')?.arg ?? node, 'A_Const')?.isnull === true
}

function constantType(node: Node): string | null {
  const { ival, fval, boolval, sval, isnull } = as(node, 'A_Const') ?? {}
  if (sval !== undefined || isnull) return unknownType
  if (boolval !== undefined) return 'boolean'
  if (ival !== undefined) return 'integer'
  if (fval === undefined) return null
  return /^-?\d+$/.test(fval.fval ?? '') ? 'bigint' : 'numeric'
}
