import { firstUserOid } from '../../catalog/conditions.ts'
import { quoteIdentifier } from '../../sql/identifiers.ts'
import { sql } from '../../sql/template.ts'
import type { Objection } from './objections.ts'
import { atLeast, equals, moreThan } from './operators.ts'
import type { ServerConnection } from './server-connection.ts'

/**
 * The tables with rows written in this transaction and with triggers that may run at its end, those of constraints among them: comparing
 * keys may call anything.
 */
const deferrable = sql`
  select n.nspname as namespace, c.relname as name
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid ${equals} c.relnamespace
  where c.relkind ${equals} 'r' and c.oid ${atLeast} ${firstUserOid}
    and c.oid ${equals} any (select tgrelid from pg_catalog.pg_trigger where tgdeferrable)
    and (
      pg_catalog.current_setting('track_counts') ${equals} 'off'
      or pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) ${moreThan} 0
      or pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) ${moreThan} 0
      or pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) ${moreThan} 0
    )`

interface Table {
  readonly namespace: string
  readonly name: string
}

/** How often triggers may set off each other. */
const rounds = 10

/**
 * Runs now what triggers would run at COMMIT, when nobody looks any more. A trigger can put off what it sets off itself, so this
 * goes on until nothing is left to run.
 */
export async function runDeferredTriggers(server: ServerConnection): Promise<Objection | null> {
  for (let round = 0; round < rounds; round++) {
    await server.query('set constraints all immediate')
    const tables = await server.query<Table>(deferrable)
    let isLeft = false
    for (const table of tables) isLeft ||= await isAwaited(server, table)
    if (!isLeft) return null
  }
  return {
    message:
      'triggers that run at COMMIT do not come to an end before it, so what they do could not be examined',
    help: 'Make the constraint triggers NOT DEFERRABLE, or immediate in the migration.',
  }
}

/**
 * Whether a trigger is still to run for the table: then PostgreSQL refuses to alter it (55006). What can't be altered for another reason
 * may have one. Nothing is altered in the end.
 */
async function isAwaited(server: ServerConnection, { namespace, name }: Table): Promise<boolean> {
  await server.query('savepoint ringfence_awaited')
  try {
    const table = `${quoteIdentifier(namespace)}.${quoteIdentifier(name)}`
    await server.query(`alter table only ${table} reset (autovacuum_enabled)`)
    return false
  } catch {
    return true
  } finally {
    await server.query('rollback to savepoint ringfence_awaited')
    await server.query('release savepoint ringfence_awaited')
  }
}
