import type { JoinExpr, Node, RangeVar } from 'libpg-query'
import { as, strings, walk } from '../../sql/node.ts'
import type { Evaluator, RowScope } from './expression.ts'
import { ofFunction } from './function-items.ts'
import { type Rows, select } from './select.ts'
import { type Hints, possibleRow, type SourceRow } from './sources/rows.ts'
import { catalogSource } from './sources/source.ts'
import { isUnknown, NullRow, Row, unknown, type Value } from './value.ts'

/** An item of a FROM clause: its rows, given those before it. */
interface Item {
  readonly alias: string
  readonly rows: (scope: RowScope, hints: Hints) => readonly SourceRow[]
  /** Of a left join: its conditions, without which its columns are NULL. */
  readonly outerConditions: readonly Node[] | null
}

/** What a FROM clause and the conditions on it come to. */
interface Plan {
  readonly items: Item[]
  readonly conditions: Node[]
}

export interface Combination {
  readonly scope: RowScope
  readonly isSure: boolean
  readonly isDoubtful: boolean
}

/** A combination of rows of the first items, and the conditions on it that are not known to hold yet. */
interface Partial extends Combination {
  readonly pending: readonly Pending[]
}

interface Pending {
  readonly condition: Node
  readonly answer: null | undefined
}

/** More combinations than these are not looked through. */
const most = 100_000

/** The combinations of rows of a FROM clause that meet a condition, or may. */
export function combinations(
  evaluator: Evaluator,
  from: readonly Node[],
  where: Node | undefined,
  scope: RowScope,
): Combination[] {
  const plan: Plan = { items: [], conditions: where === undefined ? [] : conjuncts(where) }
  const isRead = from.every((node) => addItem(evaluator, node, plan, scope))
  if (!isRead) {
    return [{ scope: withItem(scope, '', new Row(new Map(), true)), isSure: false, isDoubtful: false }]
  }
  plan.conditions.sort((one, other) => Number(hasSubquery(one)) - Number(hasSubquery(other)))
  const pending = plan.conditions.map((condition) => ({ condition, answer: undefined }))
  let combined: Partial[] = [{ scope, isSure: true, isDoubtful: false, pending }]
  if (plan.items.length === 0) combined = combined.flatMap((each) => tested(evaluator, each))
  for (const item of plan.items) {
    combined = combined.flatMap((each) => extended(evaluator, each, item))
    evaluator.around.spend?.(combined.length)
    if (combined.length > most) return [{ scope, isSure: false, isDoubtful: false }]
  }
  return combined.flatMap((each) => {
    if (each.pending.some(({ answer }) => answer === null)) return []
    return [{ ...each, isSure: each.isSure && each.pending.length === 0 }]
  })
}

function hasSubquery(condition: Node): boolean {
  let found = false
  walk(condition, (kind) => {
    if (kind === 'SubLink') found = true
    return !found
  })
  return found
}

function withItem(scope: RowScope, alias: string, row: Row): RowScope {
  return { ...scope, items: [...scope.items, { alias, row }] }
}

function extended(evaluator: Evaluator, before: Partial, item: Item): Partial[] {
  const { alias, rows, outerConditions } = item
  if (outerConditions !== null) return outerExtended(evaluator, before, item, outerConditions)
  const conditions = before.pending.map(({ condition }) => condition)
  const candidates = rows(before.scope, hintsFor(evaluator, alias, conditions, before.scope))
  evaluator.around.spend?.(candidates.length)
  return candidates.flatMap(({ row, isSure, isDoubtful }) =>
    tested(evaluator, {
      scope: withItem(before.scope, alias, row),
      isSure: before.isSure && isSure,
      isDoubtful: before.isDoubtful || isDoubtful,
      pending: before.pending,
    }),
  )
}

/** Without the conditions that hold now; nothing where one surely doesn't. What is not bound yet is not known. */
function tested(evaluator: Evaluator, found: Partial): Partial[] {
  const pending: Pending[] = []
  let { isDoubtful } = found
  for (const { condition } of found.pending) {
    const { value: answer, isDoubtful: rests } = evaluator.apart(() =>
      evaluator.condition(condition, found.scope),
    )
    isDoubtful ||= rests
    if ((answer === false || answer === null) && !rests) return []
    if (answer !== true) pending.push({ condition, answer: answer === null ? null : undefined })
  }
  return [{ ...found, isDoubtful, pending }]
}

function outerExtended(
  evaluator: Evaluator,
  before: Partial,
  { alias, rows }: Item,
  conditions: readonly Node[],
): Partial[] {
  const found: Partial[] = []
  const hints = hintsFor(evaluator, alias, conditions, before.scope)
  for (const { row, isSure, isDoubtful } of rows(before.scope, hints)) {
    const scope = withItem(before.scope, alias, row)
    const answers = conditions.map((condition) => evaluator.condition(condition, scope))
    if (answers.some((answer) => answer === false || answer === null)) continue
    found.push({
      scope,
      isSure: before.isSure && isSure && answers.every((answer) => answer === true),
      isDoubtful: before.isDoubtful || isDoubtful,
      pending: before.pending,
    })
  }
  if (!found.some(({ isSure }) => isSure)) {
    const scope = withItem(before.scope, alias, new NullRow())
    found.push({ ...before, scope, isSure: before.isSure && found.length === 0 })
  }
  return found.flatMap((each) => tested(evaluator, each))
}

function conjuncts(condition: Node): Node[] {
  const logic = as(condition, 'BoolExpr')
  return logic?.boolop === 'AND_EXPR' ? (logic.args ?? []).flatMap(conjuncts) : [condition]
}

/** Values that conditions ask of columns of an item, as far as the items before it tell. */
function hintsFor(evaluator: Evaluator, alias: string, conditions: readonly Node[], scope: RowScope): Hints {
  const hints = new Map<string, readonly Value[]>()
  for (const condition of conditions) {
    const expression = as(condition, 'A_Expr')
    if (strings(expression?.name).at(-1) !== '=' || expression === undefined) continue
    const { kind, lexpr, rexpr } = expression
    if (kind === 'AEXPR_OP') {
      hint(hints, columnOf(lexpr, alias), () => [evaluator.value(rexpr, scope)])
      hint(hints, columnOf(rexpr, alias), () => [evaluator.value(lexpr, scope)])
    } else if (kind === 'AEXPR_IN') {
      hint(hints, columnOf(lexpr, alias), () => evaluator.values(as(rexpr, 'List')?.items ?? [], scope))
    } else if (kind === 'AEXPR_OP_ANY') {
      hint(hints, columnOf(lexpr, alias), () => {
        const items = evaluator.value(rexpr, scope)
        return Array.isArray(items) ? items : [unknown]
      })
    }
  }
  return hints
}

function hint(
  hints: Map<string, readonly Value[]>,
  column: string | undefined,
  valuesOf: () => readonly Value[],
): void {
  if (column === undefined || hints.has(column)) return
  const values = valuesOf()
  if (!values.some((value) => isUnknown(value) || value === null)) hints.set(column, values)
}

function columnOf(node: Node | undefined, alias: string): string | undefined {
  const cast = as(node, 'TypeCast')
  const isText = ['text', 'name', 'varchar'].includes(strings(cast?.typeName?.names).at(-1) ?? '')
  const names = strings(as(isText ? cast?.arg : node, 'ColumnRef')?.fields)
  return names.length === 1 || names.at(-2) === alias ? names.at(-1) : undefined
}

/** False where it can't be read. */
function addItem(evaluator: Evaluator, node: Node, plan: Plan, scope: RowScope): boolean {
  const join = as(node, 'JoinExpr')
  if (join !== undefined) return addJoin(evaluator, join, plan, scope)
  const item = itemOf(evaluator, node, scope)
  if (item === undefined) return false
  plan.items.push({ ...item, outerConditions: null })
  return true
}

function addJoin(evaluator: Evaluator, join: JoinExpr, plan: Plan, scope: RowScope): boolean {
  const { jointype, larg, rarg, quals, usingClause, isNatural, alias } = join
  if (larg === undefined || rarg === undefined || isNatural || alias !== undefined) return false
  if (usingClause !== undefined) return false
  if (!addItem(evaluator, larg, plan, scope)) return false
  if (jointype === 'JOIN_INNER') {
    if (quals !== undefined) plan.conditions.push(...conjuncts(quals))
    return addItem(evaluator, rarg, plan, scope)
  }
  const item = jointype === 'JOIN_LEFT' ? itemOf(evaluator, rarg, scope) : undefined
  if (item === undefined) return false
  plan.items.push({ ...item, outerConditions: quals === undefined ? [] : conjuncts(quals) })
  return true
}

function itemOf(evaluator: Evaluator, node: Node, outer: RowScope): Pick<Item, 'alias' | 'rows'> | undefined {
  const range = as(node, 'RangeVar')
  if (range !== undefined)
    return { alias: range.alias?.aliasname ?? range.relname ?? '', rows: ofName(evaluator, range, outer) }
  const query = as(node, 'RangeSubselect')
  const subselect = as(query?.subquery, 'SelectStmt')
  if (subselect !== undefined) {
    const columns = strings(query?.alias?.colnames)
    return {
      alias: query?.alias?.aliasname ?? '',
      rows: (scope) => renamed(select(evaluator, subselect, query?.lateral ? scope : outer), columns).rows,
    }
  }
  const functions = as(node, 'RangeFunction')
  return functions === undefined ? undefined : ofFunction(evaluator, functions)
}

function ofName(evaluator: Evaluator, range: RangeVar, outer: RowScope): Item['rows'] {
  const { state } = evaluator.around
  const columns = strings(range.alias?.colnames)
  if (range.schemaname === undefined) {
    for (let at: RowScope | null = outer; at !== null; at = at.outer) {
      const cte = at.ctes.get(range.relname ?? '')
      if (cte !== undefined) return () => renamed(cte, columns).rows
    }
  }
  const source = state === null ? undefined : catalogSource(state, range)
  if (state === null || source === undefined) return () => [possibleRow({})]
  return (_, hints) => source(state, hints)
}

/** The rows with other names for their first columns. */
export function renamed(rows: Rows, columns: readonly string[]): Rows {
  if (columns.length === 0) return rows
  return {
    ...rows,
    rows: rows.rows.map(({ row, ...rest }) => ({
      ...rest,
      row: new Row(
        new Map([...row.fields].map(([name, value], at) => [columns[at] ?? name, value])),
        row.isOpen,
      ),
    })),
  }
}
