import type { EventTrigger } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import { standsAlone } from './conditions.ts'
import type { Reading } from './reading.ts'
import { firesInSessions, triggerRoutine } from './triggers.ts'

interface EventTriggerRow {
  readonly name: string
  readonly event: string
  readonly tags: readonly string[]
  readonly enabled: string
  readonly namespace: string
  readonly routine: string
}

const eventTriggers = sql`
  select e.evtname as name, e.evtevent as event, coalesce(e.evttags, '{}') as tags, e.evtenabled as enabled,
    n.nspname as namespace, p.proname as routine
  from pg_catalog.pg_event_trigger e
    join pg_catalog.pg_proc p on p.oid = e.evtfoid
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where ${standsAlone('pg_event_trigger', 'e.oid')}
  order by e.oid`

export async function readEventTriggers(reading: Reading): Promise<ReadonlyMap<string, EventTrigger>> {
  const rows = await reading.rows<EventTriggerRow>(eventTriggers)
  return new Map(
    rows.map(({ name, event, tags, enabled, namespace, routine }) => [
      name,
      {
        name,
        event,
        tags,
        routine: triggerRoutine(namespace, routine),
        enabled: firesInSessions(enabled),
        source: null,
      },
    ]),
  )
}
