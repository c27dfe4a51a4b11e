import type { InsertStmt, Node } from 'libpg-query'
import type { Relation, Routine, Trigger } from '../../model/schema-model.ts'
import { as } from '../../sql/node.ts'
import type { InnerPlace } from '../context.ts'
import { routineEffects, summary } from '../effects.ts'
import { invoke } from './calls.ts'
import { asTrigger } from './execution.ts'
import { Evaluator } from './expression.ts'
import type { Frame } from './frame.ts'
import { relationReference } from './objects.ts'
import { coerced } from './targets.ts'
import { Row, unknown, type Value } from './value.ts'
import type { Variables } from './variables.ts'

/** A trigger that a statement may fire. */
export interface Fired {
  readonly relation: Relation
  readonly trigger: Trigger
  readonly routine: Routine
}

const anyRow = new Row(new Map(), true)

/** Tells what the functions of triggers may do: for each row that is inserted, as far as its values are written. */
export function runTriggers(
  frame: Frame,
  node: Node,
  place: InnerPlace,
  fired: readonly Fired[],
  variables: Variables | null,
): void {
  const { state } = frame.execution.context
  for (const { relation, trigger, routine } of fired) {
    const label = `trigger ${trigger.name} on ${relation.id} runs ${routine.id}`
    const rows = trigger.forEachRow ? insertedRows(frame, node, relation, trigger, variables) : [anyRow]
    for (const row of rows) {
      const isInsert = as(node, 'InsertStmt') !== undefined
      const known: Record<string, Value> = {
        new: row,
        old: anyRow,
        tg_name: trigger.name,
        tg_op: isInsert && trigger.events.length === 1 ? 'INSERT' : unknown,
        tg_level: trigger.forEachRow ? 'ROW' : 'STATEMENT',
        tg_when: trigger.timing === 'before' ? 'BEFORE' : trigger.timing === 'after' ? 'AFTER' : 'INSTEAD OF',
        tg_table_name: relation.name,
        tg_relname: relation.name,
        tg_table_schema: relation.namespace,
        tg_argv: unknown,
        tg_nargs: unknown,
        tg_relid: relationReference(state, relation.namespace, relation.name),
      }
      const run = () => {
        if (invoke(frame, routine, [], place, asTrigger, { variables: known, label }) !== undefined) return
        const effect = summary(routineEffects(state, routine))
        if (effect !== null) frame.report(place, `${label}: ${effect.reason}`, effect.affects)
      }
      if (row === anyRow) frame.execution.once(`${place.source.start} ${label}`, run)
      else run()
    }
  }
}

/** The rows of INSERT ... VALUES; one of which nothing is known where they are not written out. */
function insertedRows(
  frame: Frame,
  node: Node,
  relation: Relation,
  trigger: Trigger,
  variables: Variables | null,
): readonly Row[] {
  const insert = as(node, 'InsertStmt')
  const lists = as(insert?.selectStmt, 'SelectStmt')?.valuesLists
  if (insert === undefined || lists === undefined || insert.onConflictClause !== undefined) return [anyRow]
  if (relation.triggers.some((other) => other !== trigger && mayChangeRow(other))) return [anyRow]
  const evaluator = new Evaluator(frame.surroundings(variables))
  const names = columnNames(insert, relation)
  const types = names.map((name) => relation.columns.find((column) => column.name === name)?.type ?? null)
  return lists.map((list) => {
    const values = evaluator.values(as(list, 'List')?.items ?? [], null)
    return new Row(
      new Map(
        values.map((value, at) => [
          names[at] ?? '',
          coerced(frame, { type: types[at] ?? null, value }, value),
        ]),
      ),
      true,
    )
  })
}

function mayChangeRow({ timing, forEachRow, events, enabled }: Trigger): boolean {
  return enabled && forEachRow && timing !== 'after' && events.includes('insert')
}

function columnNames({ cols }: InsertStmt, { columns }: Relation): readonly string[] {
  return cols?.map((column) => as(column, 'ResTarget')?.name ?? '') ?? columns.map(({ name }) => name)
}
