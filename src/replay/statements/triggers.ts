import type { CreateTrigStmt } from 'libpg-query'
import type { Relation, RoutineId, Trigger } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { strings } from '../../sql/node.ts'
import { builtInRoutines } from '../built-in-routines.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { knownRelation, withNamed } from '../known.ts'
import { newName } from '../object-names.ts'
import { relationWith } from '../records.ts'
import { findRoutines } from '../routine-names.ts'

/** Bits of `timing` and `events` (pg_trigger.h). */
const before = 1 << 1
const insteadOf = 1 << 6
const events = [
  ['insert', 1 << 2],
  ['update', 1 << 4],
  ['delete', 1 << 3],
  ['truncate', 1 << 5],
] as const satisfies readonly (readonly [Trigger['events'][number], number])[]

export const triggerStatements = {
  CreateTrigStmt(statement, context) {
    const relation = knownRelation(context, statement.relation)
    if (relation === undefined) return
    const trigger = triggerOf(statement, context)
    const exists = relation.triggers.some(({ name }) => name === trigger.name)
    if (exists && !statement.replace) {
      return context.unmodelled(`trigger ${trigger.name} exists on ${relation.id} already`, [relation.id])
    }
    putTrigger(context, relation, trigger)
  },

  AlterObjectDependsStmt() {},
} satisfies Partial<Handlers>

function triggerOf(statement: CreateTrigStmt, context: StatementContext): Trigger {
  const timing = statement.timing ?? 0
  return {
    name: statement.trigname ?? '',
    timing: timing & before ? 'before' : timing & insteadOf ? 'instead-of' : 'after',
    events: events.flatMap(([event, bit]) => ((statement.events ?? 0) & bit ? [event] : [])),
    forEachRow: statement.row ?? false,
    routine: triggerRoutine(statement, context),
    arguments: strings(statement.args),
    columns: strings(statement.columns),
    when: statement.whenClause ?? null,
    enabled: true,
    source: context.source,
  }
}

function triggerRoutine({ funcname }: CreateTrigStmt, { state }: StatementContext): RoutineId {
  const names = strings(funcname)
  const found = findRoutines(state, names).find((routine) => routine.arguments.length === 0)
  if (found !== undefined) return found.id
  const [name = '', ...rest] = names
  const isBuiltIn = rest.length === 0 && builtInRoutines.has(name)
  return `${isBuiltIn ? displayId('pg_catalog', name) : newName(state, names).id}()`
}

/** A row trigger of a partitioned table stands on its partitions too. */
function putTrigger(context: StatementContext, relation: Relation, trigger: Trigger): void {
  context.state.put(relationWith(relation, { triggers: withNamed(relation.triggers, trigger) }))
  if (!trigger.forEachRow || relation.kind !== 'partitioned-table') return
  for (const partition of context.state.relations.childrenOf(relation.id)) {
    putTrigger(context, partition, trigger)
  }
}
