import type { Blueprint } from '../blueprint.ts'
import { writeName } from '../row-security.ts'
import { partitionProtection } from './access.ts'
import { quoteLiteral } from './expressions.ts'
import type { BoundValue, PartitionBound, Reversible, TenantPartition } from './options.ts'
import { dropTable } from './tenant-table.ts'

/**
 * A partition of a tenant table. It has the row security of its table and no grants: policies of the table don't hold for who names
 * the partition, and the way to its rows is the table.
 *
 *     createTenantPartition(blueprint, {
 *       table: { namespace: 'public', name: 'events_2026' },
 *       of: { namespace: 'public', name: 'events' },
 *       bound: { from: ['2026-01-01'], to: ['2027-01-01'] },
 *     })
 *
 *     create table public.events_2026 partition of public.events
 *       for values from ('2026-01-01') to ('2027-01-01')
 */
export function createTenantPartition(blueprint: Blueprint, options: TenantPartition): Reversible {
  const { table, of, bound } = options
  return {
    up: [
      `create table ${writeName(table)} partition of ${writeName(of)}\n  ${writeBound(bound)}`,
      ...partitionProtection(blueprint, table, options),
    ],
    down: [dropTable(table)],
  }
}

function writeBound(bound: PartitionBound): string {
  if (bound === 'default') return 'default'
  if ('in' in bound) return `for values in (${writeValues(bound.in, 'null')})`
  if ('from' in bound) {
    return `for values from (${writeValues(bound.from, 'minvalue')}) to (${writeValues(bound.to, 'maxvalue')})`
  }
  const { modulus, remainder } = bound
  return `for values with (modulus ${modulus}, remainder ${remainder})`
}

function writeValues(values: readonly BoundValue[], limitless: string): string {
  return values
    .map((value) =>
      value === null ? limitless : typeof value === 'number' ? String(value) : quoteLiteral(value),
    )
    .join(', ')
}
