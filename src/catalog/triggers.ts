import type { RoutineId, Trigger } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { sql } from '../sql/template.ts'
import { grouped, type Reading } from './reading.ts'

interface TriggerRow {
  readonly relation: number
  readonly name: string
  readonly type: number
  readonly enabled: string
  readonly namespace: string
  readonly routine: string
  /** Null where it has no arguments, no condition and no list of columns. */
  readonly definition: string | null
}

/**
 * Triggers that somebody made, and their copies on partitions, which PostgreSQL 14 counts as internal; none of those
 * behind foreign keys and deferrable keys.
 */
const triggers = (reading: Reading) => sql`
  select t.tgrelid as relation, t.tgname as name, t.tgtype as type, t.tgenabled as enabled,
    n.nspname as namespace, p.proname as routine,
    case when t.tgnargs > 0 or t.tgqual is not null or t.tgattr::pg_catalog.text <> ''
      then coalesce(pg_catalog.pg_get_triggerdef(t.oid), '') end as definition
  from pg_catalog.pg_trigger t
    join pg_catalog.pg_proc p on p.oid = t.tgfoid
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    left join pg_catalog.pg_constraint k on k.oid = t.tgconstraint
  where ${reading.covers('t.tgrelid')}
    and (not t.tgisinternal or t.tgparentid <> 0 and coalesce(k.contype, 't') = 't')
  order by t.tgrelid, t.oid`

/** Bits of `pg_trigger.tgtype` (pg_trigger.h). */
const row = 1 << 0
const before = 1 << 1
const insteadOf = 1 << 6
const events = [
  ['insert', 1 << 2],
  ['update', 1 << 4],
  ['delete', 1 << 3],
  ['truncate', 1 << 5],
] as const satisfies readonly (readonly [Trigger['events'][number], number])[]

/** By the oid of the relation, in the order of creation. */
export async function readTriggers(reading: Reading): Promise<ReadonlyMap<number, readonly Trigger[]>> {
  return grouped(
    await reading.rows<TriggerRow>(triggers(reading), ['relation']),
    ({ relation }) => relation,
    ({ name, type, enabled, namespace, routine, definition }) => ({
      name,
      timing: type & before ? 'before' : type & insteadOf ? 'instead-of' : 'after',
      events: events.flatMap(([event, bit]) => (type & bit ? [event] : [])),
      forEachRow: (type & row) !== 0,
      routine: triggerRoutine(namespace, routine),
      ...detailsOf(reading, definition),
      enabled: firesInSessions(enabled),
      source: null,
    }),
  )
}

function detailsOf(
  { printed }: Reading,
  definition: string | null,
): Pick<Trigger, 'arguments' | 'columns' | 'when'> {
  const statement = definition === null ? undefined : as(printed.query(definition), 'CreateTrigStmt')
  return {
    arguments: strings(statement?.args),
    columns: strings(statement?.columns),
    when: statement?.whenClause ?? null,
  }
}

/** A trigger function takes no declared arguments. */
export function triggerRoutine(namespace: string, name: string): RoutineId {
  return `${displayId(namespace, name)}()`
}

/** Not where it is disabled (D) or fires for replicated changes alone (R). */
export function firesInSessions(enabled: string): boolean {
  return enabled === 'O' || enabled === 'A'
}
