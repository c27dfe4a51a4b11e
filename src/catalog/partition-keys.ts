import type { PartitionKey } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import type { Columns } from './columns.ts'
import { printedExpression } from './conditions.ts'
import { keysOf } from './indexes.ts'
import { oneOf, type Reading } from './reading.ts'

interface PartitionKeyRow {
  readonly relation: number
  readonly strategy: string
  readonly columns: readonly number[]
  readonly expressions: string | null
}

const partitionKeys = (reading: Reading) => sql`
  select partrelid as relation, partstrat as strategy, partattrs::pg_catalog.int2[] as columns,
    ${printedExpression('partexprs', 'partrelid')} as expressions
  from pg_catalog.pg_partitioned_table
  where ${reading.covers('partrelid')}
  order by partrelid`

const strategies: Readonly<Record<string, PartitionKey['strategy']>> = { r: 'range', l: 'list', h: 'hash' }

/** By the oid of the partitioned table. */
export async function readPartitionKeys(
  reading: Reading,
  known: Promise<Columns>,
): Promise<ReadonlyMap<number, PartitionKey>> {
  const [rows, columns] = await Promise.all([
    reading.rows<PartitionKeyRow>(partitionKeys(reading), ['relation']),
    known,
  ])
  return new Map(
    rows.map((row) => [
      row.relation,
      {
        strategy: oneOf(strategies, row.strategy),
        keys: keysOf(reading, columns, row.relation, row.columns, row.expressions),
      },
    ]),
  )
}
