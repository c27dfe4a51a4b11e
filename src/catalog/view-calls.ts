import { sql } from '../sql/template.ts'
import { firstUserOid } from './conditions.ts'
import { grouped, type Reading } from './reading.ts'

interface ViewCallRow {
  readonly relation: number
  readonly routine: number
}

const viewCalls = (reading: Reading) => sql`
  select distinct w.ev_class as relation, d.refobjid as routine
  from pg_catalog.pg_rewrite w
    join pg_catalog.pg_depend d
      on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
  where ${reading.covers('w.ev_class')} and w.ev_type = '1'
    and d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.refobjid >= ${firstUserOid}
  order by 1, 2`

/** By the oid of the view: the oids of the routines that the server noted it to call, be it by an operator or a cast. */
export async function readViewCalls(reading: Reading): Promise<ReadonlyMap<number, readonly number[]>> {
  return grouped(
    await reading.rows<ViewCallRow>(viewCalls(reading), ['relation', 'routine']),
    ({ relation }) => relation,
    ({ routine }) => routine,
  )
}
