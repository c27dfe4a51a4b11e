import type { Extension } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import { firstUserOid } from './conditions.ts'
import type { Reading } from './reading.ts'

type ExtensionRow = Omit<Extension, 'source'>

/** Without `plpgsql`, which every database has from the start. */
const extensions = sql`
  select e.extname as name, n.nspname as namespace
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  where e.oid >= ${firstUserOid}
  order by e.oid`

export async function readExtensions(reading: Reading): Promise<ReadonlyMap<string, Extension>> {
  const rows = await reading.rows<ExtensionRow>(extensions)
  return new Map(rows.map((row) => [row.name, { ...row, source: null }]))
}
