import type { RelationName } from '../blueprint.ts'
import { identifier, qualified } from '../names.ts'
import type { Definition } from './options.ts'
import { type TableParts, writeColumn, writeForeignKey, writeNames, writePartitionBy } from './parts.ts'

/** `create table` with the parts that isolate first, and what only this table has. */
export function createTable(
  table: RelationName,
  { columns: keys, primaryKey, foreignKeys, partitionBy }: TableParts,
  { columns = [], constraints = [] }: Definition,
): string {
  const lines = [
    ...keys.map(writeColumn),
    ...columns.map(({ name, definition }) => `${identifier(name)} ${definition}`),
    ...(primaryKey.length === 0 ? [] : [`primary key (${writeNames(primaryKey)})`]),
    ...foreignKeys.map(writeForeignKey),
    ...constraints,
  ]
  const partitioned = partitionBy === null ? '' : ` partition by ${writePartitionBy(partitionBy)}`
  return `create table ${qualified(table)} (\n  ${lines.join(',\n  ')}\n)${partitioned}`
}

/** `drop table public.invoices`: policies, grants, indexes and sequences go with it; it fails where other tables refer to it. */
export function dropTable(table: RelationName): string {
  return `drop table ${qualified(table)}`
}
