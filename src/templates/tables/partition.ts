import type { Blueprint } from '../blueprint.ts'
import { literal, qualified } from '../names.ts'
import { checkAccess } from './access.ts'
import { dropTable } from './create-table.ts'
import type { Access, BoundValue, PartitionBound, Reversible, TenantPartition } from './options.ts'
import { writePartitionBy } from './parts.ts'
import { tenantPolicies, writePolicies } from './policies.ts'
import { isolated } from './protection.ts'

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
  const { table, of, bound, partitionBy } = options
  const { up } = protectTenantPartition(blueprint, options)
  const created = `create table ${qualified(table)} partition of ${qualified(of)}\n  ${writeBound(bound)}`
  const further = partitionBy === undefined ? '' : `\n  partition by ${writePartitionBy(partitionBy)}`
  return { up: [created + further, ...up], down: [dropTable(table)] }
}

/** What follows in the same transaction, or makes a partition safe that is there already. */
export function protectTenantPartition(
  blueprint: Blueprint,
  { table, ...access }: Pick<TenantPartition, 'table'> & Access,
): Reversible {
  checkAccess(blueprint, access)
  const policies = writePolicies(table, tenantPolicies(blueprint, access))
  return isolated(table, policies, { up: [], down: [] })
}

function writeBound(bound: PartitionBound): string {
  if (bound === 'default') return 'default'
  if ('in' in bound) return `for values in (${writeValues(bound.in, 'null')})`
  if ('from' in bound) {
    return `for values from (${writeValues(bound.from, 'minvalue')}) to (${writeValues(bound.to, 'maxvalue')})`
  }
  const { modulus, remainder } = bound
  return `for values with (modulus ${writeNumber(modulus)}, remainder ${writeNumber(remainder)})`
}

function writeValues(values: readonly BoundValue[], limitless: string): string {
  return values
    .map((value) =>
      value === null ? limitless : typeof value === 'number' ? writeNumber(value) : literal(value),
    )
    .join(', ')
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} is no number that a bound can have`)
  return String(value)
}
