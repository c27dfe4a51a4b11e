import type { Index } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import type { Columns } from './columns.ts'
import { isOfSession, printedExpression } from './conditions.ts'
import { grouped, type Reading } from './reading.ts'

interface IndexRow {
  readonly relation: number
  readonly name: string
  readonly unique: boolean
  readonly method: string
  readonly columns: readonly number[]
  readonly keys: number
  readonly expressions: string | null
  readonly predicate: string | null
}

/** Without those that a failed CREATE INDEX CONCURRENTLY left behind, which serve no query. */
const indexes = (reading: Reading) => sql`
  select i.indrelid as relation, c.relname as name, i.indisunique as unique, m.amname as method,
    i.indkey::pg_catalog.int2[] as columns, i.indnkeyatts as keys,
    ${printedExpression('i.indexprs', 'i.indrelid')} as expressions,
    ${printedExpression('i.indpred', 'i.indrelid')} as predicate
  from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_class r on r.oid = i.indrelid
    join pg_catalog.pg_am m on m.oid = c.relam
  where ${reading.covers('i.indrelid')} and r.relkind in ('r', 'p', 'm') and (i.indisvalid or c.relkind = 'I')
    and ${isOfSession('r')}
  order by i.indrelid, i.indexrelid`

/** By the oid of the relation, in the order of creation. */
export async function readIndexes(
  reading: Reading,
  known: Promise<Columns>,
): Promise<ReadonlyMap<number, readonly Index[]>> {
  const [rows, columns] = await Promise.all([reading.rows<IndexRow>(indexes(reading), ['relation']), known])
  return grouped(
    rows,
    (row) => row.relation,
    (row) => ({
      name: row.name,
      unique: row.unique,
      method: row.method,
      keys: keysOf(reading, columns, row.relation, row.columns.slice(0, row.keys), row.expressions),
      included: columns.names(row.relation, row.columns.slice(row.keys)),
      predicate: reading.printed.expression(row.predicate),
      source: null,
    }),
  )
}

/** Columns by name; each 0 among their numbers stands for the next of the expressions. */
export function keysOf(
  { printed }: Reading,
  columns: Columns,
  relation: number,
  numbers: readonly number[],
  expressions: string | null,
): Index['keys'] {
  const written = [...printed.expressions(expressions)]
  return numbers.flatMap((number) => columns.name(relation, number) ?? written.shift() ?? [])
}
