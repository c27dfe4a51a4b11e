import type { Blueprint, RelationName } from '../blueprint.ts'
import { dollarQuoted, identifier, qualified } from '../names.ts'
import type { ExistingTable } from './protect-table.ts'

/** Where the key of the rows that a table holds comes from. */
export interface Backfill {
  /** As SQL. */
  readonly expression: string
  /** The forced tables that it reads. */
  readonly reads: readonly RelationName[]
}

/** As it is given, or else from the parent; null where all rows have their key. */
export function backfillOf(
  { tenantKey }: Blueprint,
  { table, parent, backfill, backfillReads }: ExistingTable,
): Backfill | null {
  if (backfill !== undefined) return { expression: backfill, reads: backfillReads ?? [] }
  if (parent === undefined) return null
  const own = identifier(table.name)
  const alias = table.name === 'parent' ? 'its_parent' : 'parent'
  const pairs = [{ column: parent.column, references: 'id' }, ...(parent.also ?? [])]
  const isParent = pairs.map(
    ({ column, references }) => `${alias}.${identifier(references)} = ${own}.${identifier(column)}`,
  )
  return {
    expression: `select ${alias}.${identifier(tenantKey)} from ${qualified(parent.table)} as ${alias} where ${isParent.join(' and ')}`,
    reads: backfillReads ?? [parent.table],
  }
}

/** Batch by batch, each committed, so that no row stays locked for long; rows for which the expression gives nothing are left. */
export function backfillBlock(
  { tenantKey }: Blueprint,
  { table, batch = 10_000 }: ExistingTable,
  { expression }: Backfill,
): string {
  if (!Number.isInteger(batch) || batch < 1) throw new Error(`a batch of ${batch} rows fills nothing`)
  const name = qualified(table)
  const key = identifier(tenantKey)
  const body = [
    'begin',
    '  loop',
    `    update ${name} set ${key} = (${expression})`,
    `    where ${key} is null and ctid = any (array(`,
    `      select ctid from ${name} where ${key} is null and (${expression}) is not null limit ${batch}`,
    '    ));',
    '    exit when not found;',
    '    commit;',
    '  end loop;',
    'end',
  ]
  return `do ${dollarQuoted(body.join('\n'))}`
}
