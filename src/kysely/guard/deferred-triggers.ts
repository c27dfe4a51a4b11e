import type { Connection } from '../../sql/connection.ts'
import { sql } from '../../sql/template.ts'
import type { Objection } from './objections.ts'

const found = sql`
  select exists (select from pg_catalog.pg_trigger where tgdeferrable and not tgisinternal) as any,
    pg_catalog.current_setting('track_counts') as counted`

const writes = sql`
  select coalesce(pg_catalog.sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::pg_catalog.text as count
  from pg_catalog.pg_stat_xact_all_tables`

/** How often triggers may set off each other. */
const rounds = 10

/**
 * Runs now what triggers would run at COMMIT, when nobody looks any more. A trigger can put off what it sets off itself, so this
 * goes on until a round writes no row.
 */
export async function runDeferredTriggers(server: Connection): Promise<Objection | null> {
  const [triggers] = await server.query<{ any: boolean; counted: string }>(found)
  if (triggers?.any !== true) return null
  let before = ''
  for (let round = 0; round < rounds && triggers.counted === 'on'; round++) {
    await server.query('set constraints all immediate')
    const [now] = await server.query<{ count: string }>(writes)
    if (now === undefined || now.count === before) return null
    before = now.count
  }
  return {
    message:
      'triggers that run at COMMIT do not come to an end before it, so what they do could not be examined',
    help: 'Make the constraint triggers NOT DEFERRABLE, or immediate in the migration.',
  }
}
