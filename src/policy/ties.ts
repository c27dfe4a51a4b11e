import type { A_Expr, FuncCall, Node, SelectStmt } from 'libpg-query'
import type { Expression, Relation, SchemaModel } from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { chosenValue, isCount, isNullOfNoRows, mayHaveRowOfNone } from './aggregates.ts'
import { type Bindings, unknownBindings } from './bindings.ts'
import { type BooleanForm, booleanForm } from './boolean-form.ts'
import { type Equality, equalityOf, pairsOf, type ScopedAtom, scopedCases } from './conditions.ts'
import { constantOf, isAboveZero, isConstant, isPositive, isTelling, mirrored } from './constants.ts'
import type { ContextValues } from './context-value.ts'
import { isLinked, mayTieUser, type Row } from './links.ts'
import { type ReadQuery, readQuery, resolveTerm, rowScope, type Scope, type Source } from './query-scope.ts'
import { truthOf } from './truth.ts'
import { operatorOf, scalarSelect, targetsOf, unwrap } from './unwrap.ts'

/** What ties a row to a tenant: the first, syntactic form. What is not understood ties nothing. */
export class Ties {
  readonly #model: SchemaModel
  readonly #tenancy: Tenancy
  readonly #values: ContextValues
  readonly #bindingsOf: (relation: Relation) => Bindings
  readonly #isIsolated: (relation: Relation) => boolean
  readonly #excludesTenants: (role: string) => boolean

  /**
   * `bindingsOf`: by which columns a relation's rows are tied.
   * `isIsolated`: whether a relation shows only rows of the tenant to who reads it.
   * `excludesTenants`: whether nobody who acts for a tenant has the role.
   */
  constructor(
    model: SchemaModel,
    tenancy: Tenancy,
    values: ContextValues,
    bindingsOf: (relation: Relation) => Bindings,
    isIsolated: (relation: Relation) => boolean,
    excludesTenants: (role: string) => boolean,
  ) {
    this.#model = model
    this.#tenancy = tenancy
    this.#values = values
    this.#bindingsOf = bindingsOf
    this.#isIsolated = isIsolated
    this.#excludesTenants = excludesTenants
  }

  /** The part of a policy's clause that can be true for another tenant's row; null where there is none. */
  looseBranch(relation: Relation, expression: Expression, clause: 'using' | 'withCheck'): Node | null {
    const { row, scope } = rowScope(relation)
    const bindings = this.#bindingsOf(relation)
    return this.#loose(booleanForm(expression), { source: row, bindings, mode: clause }, scope)
  }

  #loose(form: BooleanForm, row: Row, scope: Scope): Node | null {
    switch (form.kind) {
      case 'and':
        return form.of.some((part) => this.#loose(part, row, scope) === null) ? null : form.node
      case 'or':
        return form.of.map((part) => this.#loose(part, row, scope)).find((part) => part !== null) ?? null
      case 'atom':
        return this.#binds({ ...form, scope }, row) || this.#admitsNobody(form, row) ? null : form.node
    }
  }

  #admitsNobody({ node, negated }: { node: Node; negated: boolean }, row: Row): boolean {
    if (row.source.relation === null) return false
    const truth = truthOf(node, row.source.relation)
    return truth === 'null' || truth === (negated ? 'true' : 'false')
  }

  #binds(atom: ScopedAtom, row: Row): boolean {
    if (atom.negated) return false
    const { scope } = atom
    const node = unwrap(atom.node)
    const call = as(node, 'FuncCall')
    if (call !== undefined) return this.#callBinds(call, row, scope)
    const operation = as(node, 'A_Expr')
    if (operation !== undefined) return this.#operationBinds(operation, row, scope)
    const test = as(node, 'NullTest')
    if (test?.arg !== undefined && test.nulltesttype === 'IS_NOT_NULL') {
      return this.#presenceBinds(test.arg, row, scope, false)
    }
    const link = as(node, 'SubLink')
    const select = as(link?.subselect, 'SelectStmt')
    if (link === undefined || select === undefined) return false
    if (link.subLinkType === 'EXISTS_SUBLINK') return this.#queryBinds(select, [], row, scope)
    const isEqual = link.operName === undefined || operatorOf(link.operName) === '='
    if (link.subLinkType !== 'ANY_SUBLINK' || !isEqual || link.testexpr === undefined) return false
    if (this.#isRowSet(link.testexpr, row, scope) && this.#values.isContextQuery(select, scope)) return true
    const tests = as(unwrap(link.testexpr), 'RowExpr')?.args ?? [link.testexpr]
    return this.#queryBinds(select, tests, row, scope)
  }

  #operationBinds({ kind, name, lexpr, rexpr }: A_Expr, row: Row, scope: Scope): boolean {
    if (lexpr === undefined || rexpr === undefined) return false
    const operator = operatorOf(name)
    const equal = { left: { node: lexpr, scope }, right: { node: rexpr, scope } }
    switch (kind) {
      case 'AEXPR_NOT_DISTINCT':
        return this.#equalityBinds(equal, row)
      case 'AEXPR_OP':
        if (operator === '=') {
          return (
            this.#equalityBinds(equal, row) ||
            this.#excludes(lexpr, rexpr) ||
            this.#scalarBinds(lexpr, rexpr, row, scope) ||
            this.#scalarBinds(rexpr, lexpr, row, scope)
          )
        }
        if (isAboveZero(operator, rexpr)) return this.#presenceBinds(lexpr, row, scope, true)
        if (isAboveZero(mirrored[operator], lexpr)) return this.#presenceBinds(rexpr, row, scope, true)
        if (operator === '?' || operator === '@>') return this.#containmentBinds(lexpr, rexpr, row, scope)
        return operator === '<@' && this.#containmentBinds(rexpr, lexpr, row, scope)
      case 'AEXPR_OP_ANY':
        return operator === '=' && this.#anyBinds(lexpr, rexpr, row, scope)
      case 'AEXPR_IN': {
        const items = as(rexpr, 'List')?.items ?? []
        if (operator !== '=') return false
        if (items.every(isConstant)) return this.#constantsBind(lexpr, items, row, scope)
        return items.every((item) =>
          this.#operationBinds({ kind: 'AEXPR_OP', name: name ?? [], lexpr, rexpr: item }, row, scope),
        )
      }
      default:
        return false
    }
  }

  /** `key = context`, in either order. */
  #equalityBinds({ left, right }: Equality, row: Row): boolean {
    return [
      [left, right],
      [right, left],
    ].some(([own, other]) => {
      const column = own === undefined ? null : this.#rowColumn(own.node, row, own.scope)
      if (column === null || other === undefined) return false
      const isTie = row.bindings.keys.includes(column) || mayTieUser(row, column, other.node)
      return isTie && this.#values.isContext(other.node, other.scope)
    })
  }

  /** `x = (select ...)`, or what a query or function gives compared with a constant: `role_in(tenant_id) = 'owner'`. */
  #scalarBinds(value: Node, other: Node, row: Row, scope: Scope): boolean {
    if (constantOf(other) !== undefined) return this.#constantsBind(value, [other], row, scope)
    const select = scalarSelect(unwrap(value))
    return select !== undefined && this.#queryBinds(select, [other], row, scope)
  }

  /** A value that is one of some constants. */
  #constantsBind(value: Node, constants: readonly Node[], row: Row, scope: Scope): boolean {
    const counted = constants.every(isPositive)
    if (counted || scalarSelect(unwrap(value)) !== undefined) {
      return this.#presenceBinds(value, row, scope, counted)
    }
    return constants.every(isTelling) && this.#roleBinds(value, row, scope)
  }

  #roleBinds(value: Node, row: Row, scope: Scope): boolean {
    const call = as(unwrap(value), 'FuncCall')
    return call !== undefined && this.#callBinds(call, row, scope)
  }

  /** A value that is there or, `counted`, a number above zero. */
  #presenceBinds(value: Node, row: Row, scope: Scope, counted: boolean): boolean {
    const select = scalarSelect(unwrap(value))
    if (select === undefined) {
      return (counted || !this.#values.answersAnybody(unwrap(value))) && this.#roleBinds(value, row, scope)
    }
    const target = as(select.targetList?.[0], 'ResTarget')?.val
    const tells = target !== undefined && (isNullOfNoRows(target) || (counted && isCount(target)))
    return tells ? this.#rowsBind(select, [], row, scope) : this.#queryBinds(select, [], row, scope)
  }

  #anyBinds(value: Node, array: Node, row: Row, scope: Scope): boolean {
    if (this.#isRowSet(value, row, scope) && this.#values.isContext(array, scope)) return true
    const elements = as(unwrap(array), 'A_ArrayExpr')?.elements
    if (elements?.every(isConstant)) return this.#constantsBind(value, elements, row, scope)
    const alternatives = as(unwrap(array), 'CoalesceExpr')?.args ?? [array]
    return alternatives.every((alternative, at) => {
      const link = as(unwrap(alternative), 'SubLink')
      const select = as(link?.subselect, 'SelectStmt')
      const isArray = link?.subLinkType === 'ARRAY_SUBLINK' || link?.subLinkType === 'EXPR_SUBLINK'
      if (select !== undefined && isArray) return this.#queryBinds(select, [value], row, scope)
      return at > 0 && constantOf(alternative) === '{}'
    })
  }

  /** `context ? key`, `context @> array[key]`. */
  #containmentBinds(whole: Node, part: Node, row: Row, scope: Scope): boolean {
    if (!this.#values.isContext(whole, scope)) return false
    const inner = unwrap(part)
    const elements = as(inner, 'A_ArrayExpr')?.elements ?? as(inner, 'FuncCall')?.args ?? [inner]
    return elements.some((element) => {
      const column = this.#rowColumn(element, row, scope)
      return column !== null && row.bindings.keys.includes(column)
    })
  }

  /** A function that decides by the context, given the tenant key, the row or what names it. */
  #callBinds(call: FuncCall, row: Row, scope: Scope): boolean {
    const { keys, ids } = row.bindings
    const isGivenRow = (call.args ?? []).some((arg) => {
      const term = resolveTerm(scope, as(arg, 'NamedArgExpr')?.arg ?? arg)
      if (term === null || term.source !== row.source) return false
      return term.column === null || keys.includes(term.column) || ids.includes(term.column)
    })
    return isGivenRow && this.#values.decidesOnRow(call, scope)
  }

  /** `auth.role() = 'service_role'`: nobody who acts for a tenant meets it. */
  #excludes(left: Node, right: Node): boolean {
    const role = constantOf(right) ?? constantOf(left)
    const other = unwrap(constantOf(right) === undefined ? right : left)
    return typeof role === 'string' && this.#values.isRole(other) && this.#excludesTenants(role)
  }

  /** A query whose rows are compared with `tests` column by column; with none, one that must have a row. */
  #queryBinds(select: SelectStmt, tests: readonly Node[], row: Row, scope: Scope): boolean {
    const { larg, rarg } = select
    if (larg !== undefined && rarg !== undefined) {
      const left = this.#queryBinds(larg, tests, row, scope)
      if (select.op === 'SETOP_EXCEPT') return left
      const right = this.#queryBinds(rarg, tests, row, scope)
      return select.op === 'SETOP_INTERSECT' ? left || right : left && right
    }
    if (select.valuesLists !== undefined) return false
    const targets = targetsOf(select)
    const isOfNone = mayHaveRowOfNone(this.#model, select)
    if (isOfNone && (tests.length !== targets.length || !targets.some(isNullOfNoRows))) return false
    return this.#rowsBind(select, tests, row, scope)
  }

  /** The same of a plain SELECT, for the rows that it makes of those that meet its conditions. */
  #rowsBind(select: SelectStmt, tests: readonly Node[], row: Row, scope: Scope): boolean {
    const read = readQuery(this.#model, select, scope)
    const targets = targetsOf(select)
    const compared = tests.length === targets.length ? tests : []
    const equalities = compared.flatMap((test, at): Equality[] => {
      const target = targets[at]
      if (target === undefined) return []
      return [{ left: { node: test, scope }, right: { node: chosenValue(target), scope: read.scope } }]
    })
    const cases = scopedCases(read)
    return cases?.every((atoms) => this.#caseBinds(atoms, equalities, read, row)) ?? false
  }

  #caseBinds(
    atoms: readonly ScopedAtom[],
    tested: readonly Equality[],
    { sources, scope }: ReadQuery,
    row: Row,
  ): boolean {
    const isBound = (other: Row) =>
      atoms.some((atom) => this.#binds(atom, other)) ||
      tested.some((equality) => this.#equalityBinds(equality, other))
    if (isBound(row)) return true
    const equalities = [...tested, ...atoms.flatMap(equalityOf)]
    const waiting = new Set(sources.map((source) => this.#readRow(source)))
    const bound = [...waiting].filter(
      (other) => this.#isIsolatedSource(other.source, scope) || isBound(other),
    )
    for (let reached = bound.pop(); reached !== undefined; reached = bound.pop()) {
      waiting.delete(reached)
      if (isLinked(row, reached, pairsOf(equalities, row.source, reached.source))) return true
      for (const other of waiting) {
        if (!isLinked(other, reached, pairsOf(equalities, other.source, reached.source))) continue
        waiting.delete(other)
        bound.push(other)
      }
    }
    return false
  }

  /** The subquery runs for who asks, so that the row security of what it reads holds there too. */
  #isIsolatedSource({ relation, call, asCaller }: Source, scope: Scope): boolean {
    if (call !== null) return this.#values.isContext(call, scope)
    return relation !== null && asCaller && this.#isIsolated(relation)
  }

  #readRow(source: Source): Row {
    const { relation } = source
    const bindings = relation === null ? unknownBindings(this.#tenancy.tenantKey) : this.#bindingsOf(relation)
    return { source, bindings, mode: 'read' }
  }

  #isRowSet(node: Node, row: Row, scope: Scope): boolean {
    const column = this.#rowColumn(node, row, scope)
    if (column === null) return false
    return row.bindings.keys.includes(column) || row.bindings.ids.includes(column)
  }

  #rowColumn(node: Node, row: Row, scope: Scope): string | null {
    const term = resolveTerm(scope, node)
    return term !== null && term.source === row.source ? term.column : null
  }
}
