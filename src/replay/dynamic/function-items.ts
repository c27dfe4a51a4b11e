import type { Node, RangeFunction } from 'libpg-query'
import { figureColumnName } from '../../sql/column-name.ts'
import { as, strings } from '../../sql/node.ts'
import { calledRoutines } from '../routine-calls.ts'
import type { Evaluator, RowScope } from './expression.ts'
import { renamed } from './from.ts'
import { isSetReturning, setOf } from './set-functions.ts'
import { possibleRow, type SourceRow, sureRow } from './sources/rows.ts'
import { isUnknown, Row, RowSet, unknown, type Value } from './value.ts'

interface FunctionItem {
  readonly alias: string
  readonly rows: (scope: RowScope) => readonly SourceRow[]
}

/** A function in FROM. */
export function ofFunction(
  evaluator: Evaluator,
  { functions = [], alias, ordinality, coldeflist, is_rowsfrom }: RangeFunction,
): FunctionItem | undefined {
  const call = as(functions[0], 'List')?.items?.[0]
  if (call === undefined || functions.length > 1 || coldeflist !== undefined || is_rowsfrom) return undefined
  const name = figureColumnName(call) ?? ''
  const aliasname = alias?.aliasname ?? name
  const single = singleOutput(evaluator, call) ?? aliasname
  const columns = strings(alias?.colnames)
  const table = evaluator.around.tables.get(name)
  if (table !== undefined) return { alias: aliasname, rows: () => renamed(table, columns).rows }
  const rowOf = (value: Value, at: number): SourceRow => {
    const fields = value instanceof Row ? value.fields : new Map([[columns[0] ?? single, value]])
    const numbered = ordinality
      ? new Map([...fields, [columns[fields.size] ?? 'ordinality', at + 1]])
      : fields
    return { ...sureRow({}), row: new Row(numbered, false) }
  }
  return {
    alias: aliasname,
    rows: (scope) => {
      const given = isSetReturning(call) ? unknown : evaluator.value(call, scope)
      if (given instanceof RowSet)
        return renamed({ rows: named(given, single), isOrdered: true }, columns).rows
      const values = isSetReturning(call) ? setOf(evaluator, call, scope) : scalar(given)
      if (values === undefined) return [possibleRow({ [columns[0] ?? aliasname]: unknown })]
      const rows = values.map(rowOf)
      return renamed({ rows, isOrdered: true }, columns).rows
    },
  }
}

/** The name of the output parameter of a routine that has one. */
function singleOutput({ around: { state } }: Evaluator, node: Node): string | undefined {
  const call = as(node, 'FuncCall')
  const [routine] = state === null || call === undefined ? [] : calledRoutines(state, call)
  const definition = routine && state?.routineTexts.definitionOf(routine)
  const outputs = definition?.parameters.filter(
    ({ mode }) => mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_INOUT' || mode === 'FUNC_PARAM_TABLE',
  )
  return outputs?.length === 1 ? outputs[0]?.name : undefined
}

function scalar(value: Value): readonly Value[] | undefined {
  return isUnknown(value) ? undefined : [value]
}

/** A single column is named after the function or its alias. */
function named({ rows }: RowSet, alias: string): readonly SourceRow[] {
  return rows.map((each) => {
    const values = [...each.row.fields.values()]
    return values.length === 1 && !each.row.isOpen
      ? { ...each, row: new Row(new Map([[alias, values[0] ?? null]]), false) }
      : each
  })
}
