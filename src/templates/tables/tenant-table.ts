import { printName } from '../../sql/expression.ts'
import type { Blueprint, RelationName } from '../blueprint.ts'
import { writeName } from '../row-security.ts'
import { protection } from './access.ts'
import type { ChildTable, Definition, Reversible, TenantTable } from './options.ts'
import {
  childTableParts,
  type TableParts,
  tenantTableParts,
  writeColumn,
  writeForeignKey,
  writeNames,
  writePartitionBy,
} from './parts.ts'

/** A whole tenant table. */
export function createTenantTable(blueprint: Blueprint, options: TenantTable & Definition): Reversible {
  return {
    up: [
      createTable(options.table, tenantTableParts(blueprint, options), options),
      ...protectTenantTable(blueprint, options).up,
    ],
    down: [dropTable(options.table)],
  }
}

/** What follows `create table` with the parts of `tenantTableParts`, in the same transaction. */
export function protectTenantTable(blueprint: Blueprint, options: TenantTable): Reversible {
  return protection(blueprint, options.table, options)
}

/** A whole child table. */
export function createChildTable(blueprint: Blueprint, options: ChildTable & Definition): Reversible {
  return {
    up: [
      createTable(options.table, childTableParts(blueprint, options), options),
      ...protectChildTable(blueprint, options).up,
    ],
    down: [dropTable(options.table)],
  }
}

/** What follows `create table` with the parts of `childTableParts`, in the same transaction. */
export function protectChildTable(blueprint: Blueprint, options: ChildTable): Reversible {
  const { up, down } = protection(blueprint, options.table, options)
  const { column, also = [] } = options.parent
  const keys = writeNames([blueprint.tenantKey, column, ...also.map((each) => each.column)])
  return { up: [`create index on ${writeName(options.table)} (${keys})`, ...up], down }
}

export function createTable(
  table: RelationName,
  parts: Omit<TableParts, 'partitionBy'> & Partial<Pick<TableParts, 'partitionBy'>>,
  { columns = [], constraints = [] }: Definition,
): string {
  const lines = [
    ...parts.columns.map(writeColumn),
    ...columns.map(({ name, definition }) => `${printName(name)} ${definition}`),
    ...(parts.primaryKey.length === 0 ? [] : [`primary key (${writeNames(parts.primaryKey)})`]),
    ...parts.foreignKeys.map(writeForeignKey),
    ...constraints,
  ]
  const partitioned = parts.partitionBy == null ? '' : ` partition by ${writePartitionBy(parts.partitionBy)}`
  return `create table ${writeName(table)} (\n  ${lines.join(',\n  ')}\n)${partitioned}`
}

/** `drop table public.invoices`: it takes policies, grants, indexes and sequences with it, and refuses where others refer to it. */
export function dropTable(table: RelationName): string {
  return `drop table ${writeName(table)}`
}
