import type { Constraint, ConstraintKind, ForeignKeyAction } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import type { Columns } from './columns.ts'
import { isOfSession, printedExpression } from './conditions.ts'
import { grouped, oneOf, type Reading } from './reading.ts'

interface ConstraintRow {
  readonly relation: number
  readonly name: string
  readonly kind: string
  readonly columns: readonly number[]
  readonly target: number
  readonly targetNamespace: string | null
  readonly targetName: string | null
  readonly targetColumns: readonly number[] | null
  readonly onDelete: string
  readonly onUpdate: string
  readonly expression: string | null
  readonly index: string | null
  readonly validated: boolean
  readonly enforced: boolean
  readonly noInherit: boolean
}

/** A foreign key to a partitioned table has a row for each partition besides its own; those say nothing more. */
const constraints = (reading: Reading, enforced: string) => sql`
  select k.conrelid as relation, k.conname as name, k.contype as kind,
    coalesce(k.conkey, '{}')::pg_catalog.int2[] as columns,
    k.confrelid as target, tn.nspname as "targetNamespace", t.relname as "targetName",
    k.confkey::pg_catalog.int2[] as "targetColumns", k.confdeltype as "onDelete", k.confupdtype as "onUpdate",
    ${printedExpression('k.conbin', 'k.conrelid')} as expression,
    case when k.contype in ('p', 'u', 'x') then i.relname end as index,
    k.convalidated as validated, ${enforced} as enforced,
    k.contype = 'c' and k.connoinherit as "noInherit"
  from pg_catalog.pg_constraint k
    join pg_catalog.pg_class r on r.oid = k.conrelid
    left join pg_catalog.pg_class i on i.oid = k.conindid
    left join pg_catalog.pg_class t on t.oid = k.confrelid
    left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    left join pg_catalog.pg_constraint above on above.oid = k.conparentid
  where ${reading.covers('k.conrelid')} and k.contype in ('p', 'u', 'f', 'c', 'x')
    and ${isOfSession('r')} and above.conrelid is distinct from k.conrelid
  order by k.conrelid, k.oid`

const kinds: Readonly<Record<string, ConstraintKind>> = {
  p: 'primary-key',
  u: 'unique',
  f: 'foreign-key',
  c: 'check',
  x: 'exclude',
}

const actions: Readonly<Record<string, ForeignKeyAction>> = {
  a: 'no-action',
  r: 'restrict',
  c: 'cascade',
  n: 'set-null',
  d: 'set-default',
}

/** By the oid of the relation, in the order of creation. */
export async function readConstraints(
  reading: Reading,
  known: Promise<Columns>,
): Promise<ReadonlyMap<number, readonly Constraint[]>> {
  const query = constraints(reading, reading.version >= 180_000 ? 'k.conenforced' : 'true')
  const [rows, columns] = await Promise.all([
    reading.rows<ConstraintRow>(query, ['relation', 'target']),
    known,
  ])
  return grouped(
    rows,
    (row) => row.relation,
    (row) => constraintOf(reading, columns, row),
  )
}

function constraintOf(reading: Reading, columns: Columns, row: ConstraintRow): Constraint {
  return {
    name: row.name,
    kind: oneOf(kinds, row.kind),
    columns: columns.names(
      row.relation,
      row.columns.filter((number) => number > 0),
    ),
    references: targetOf(columns, row),
    expression: reading.printed.expression(row.expression),
    index: row.index,
    validated: row.validated,
    enforced: row.enforced,
    noInherit: row.noInherit,
    source: null,
  }
}

function targetOf(columns: Columns, row: ConstraintRow): Constraint['references'] {
  if (row.targetNamespace === null || row.targetName === null) return null
  return {
    relation: displayId(row.targetNamespace, row.targetName),
    columns: columns.names(row.target, row.targetColumns ?? []),
    onDelete: oneOf(actions, row.onDelete),
    onUpdate: oneOf(actions, row.onUpdate),
  }
}
