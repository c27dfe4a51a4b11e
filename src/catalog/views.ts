import type { ViewDefinition } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { isOfSession } from './conditions.ts'
import { relationsRead, routinesNamed } from './printed-sql.ts'
import type { Reading } from './reading.ts'
import type { ReadRoutines } from './routines.ts'
import { readViewCalls } from './view-calls.ts'

interface ViewRow {
  readonly relation: number
  readonly query: string
  readonly securityInvoker: boolean
  readonly securityBarrier: boolean
  readonly checkOption: 'local' | 'cascaded' | null
}

const views = (reading: Reading) => sql`
  select c.oid as relation, coalesce(pg_catalog.pg_get_viewdef(c.oid), '') as query,
    coalesce(pg_catalog.bool_or(o.option_value::pg_catalog.bool)
      filter (where o.option_name = 'security_invoker'), false) as "securityInvoker",
    coalesce(pg_catalog.bool_or(o.option_value::pg_catalog.bool)
      filter (where o.option_name = 'security_barrier'), false) as "securityBarrier",
    pg_catalog.max(o.option_value) filter (where o.option_name = 'check_option') as "checkOption"
  from pg_catalog.pg_class c left join lateral pg_catalog.pg_options_to_table(c.reloptions) o on true
  where ${reading.covers('c.oid')} and c.relkind in ('v', 'm') and ${isOfSession('c')}
  group by c.oid
  order by c.oid`

/** By the oid of the view or materialized view. */
export async function readViews(
  reading: Reading,
  known: () => Promise<ReadRoutines>,
): Promise<ReadonlyMap<number, ViewDefinition>> {
  const [rows, called, routines] = await Promise.all([
    reading.rows<ViewRow>(views(reading), ['relation']),
    readViewCalls(reading),
    known(),
  ])
  return new Map(
    rows.map(({ relation, query: text, securityInvoker, securityBarrier, checkOption }) => {
      const query = reading.printed.query(text)
      const noted = (called.get(relation) ?? []).flatMap((oid) => routines.get(oid) ?? [])
      const named = routinesNamed(query).flatMap((name) =>
        noted.filter((routine) => displayId(routine.namespace, routine.name) === name),
      )
      const all = [...named, ...noted].map(({ id }) => id)
      const reads = relationsRead(query)
      return [
        relation,
        { query, reads, calls: [...new Set(all)], securityInvoker, securityBarrier, checkOption },
      ]
    }),
  )
}
