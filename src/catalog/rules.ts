import type { Rule } from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import { sql } from '../sql/template.ts'
import { grouped, oneOf, type Reading } from './reading.ts'
import { firesInSessions } from './triggers.ts'

interface RuleRow {
  readonly relation: number
  readonly name: string
  readonly event: string
  readonly instead: boolean
  readonly definition: string
  readonly enabled: string
}

/** A rule on SELECT is the query of a view. */
const rules = (reading: Reading) => sql`
  select ev_class as relation, rulename as name, ev_type as event, is_instead as instead,
    coalesce(pg_catalog.pg_get_ruledef(oid), '') as definition, ev_enabled as enabled
  from pg_catalog.pg_rewrite
  where ${reading.covers('ev_class')} and ev_type <> '1'
  order by ev_class, oid`

const events: Readonly<Record<string, Rule['event']>> = { '2': 'update', '3': 'insert', '4': 'delete' }

/** By the oid of the relation, in the order of creation. */
export async function readRules(reading: Reading): Promise<ReadonlyMap<number, readonly Rule[]>> {
  return grouped(
    await reading.rows<RuleRow>(rules(reading), ['relation']),
    ({ relation }) => relation,
    ({ name, event, instead, definition, enabled }) => {
      const { whereClause, actions } = as(reading.printed.query(definition), 'RuleStmt') ?? {}
      return {
        name,
        event: oneOf(events, event),
        instead,
        condition: whereClause ?? null,
        actions: actions ?? [],
        enabled: firesInSessions(enabled),
        source: null,
      }
    },
  )
}
