import type { Blueprint, RelationName } from '../blueprint.ts'
import { identifier, qualified } from '../names.ts'
import { backfillBlock, backfillOf } from './backfill.ts'
import type { Access, DeleteAction, Parent, Reversible } from './options.ts'
import {
  type ForeignKeyPart,
  foreignKeyColumns,
  keyColumn,
  tenantForeignKey,
  writeForeignKey,
  writeNames,
} from './parts.ts'
import { protection } from './protection.ts'
import { whileForceIsSuspended } from './suspended-force.ts'

export interface ExistingTable extends Access {
  readonly table: RelationName
  /** Whether it has the tenant key already, as a column that may be null. */
  readonly hasKey?: boolean
  /** The tenant table that its rows belong to, and whose key they take over; then it is a child table. */
  readonly parent?: Parent
  /**
   * What the key of a row is, as SQL: `(select o.tenant_id from public.orders o where o.id = order_id)`. Left out where all are filled, or
   * where there is a parent.
   */
  readonly backfill?: string
  /** Forced tables that `backfill` reads, of the same owner. */
  readonly backfillReads?: readonly RelationName[]
  /** How many rows one transaction of the backfill changes; 10,000 where it is left out. */
  readonly batch?: number
  /** What identifies a row within the tenant: the columns of its primary key. `id` where it is left out. */
  readonly id?: readonly string[]
  /** The name of the index that begins with the key; `<table>_<key>_key` where it is left out. */
  readonly index?: string
  /** What deleting the tenant does to its rows, or the parent to its children; `restrict`, or `cascade`, where it is left out. */
  readonly onDelete?: DeleteAction
}

/** One step of a change of a table in use. */
export interface Step {
  /** What it does, and for how long it keeps others waiting. */
  readonly purpose: string
  readonly statements: readonly string[]
  /** `own`: all its statements in a transaction of their own. `none`: outside of any. */
  readonly transaction: 'own' | 'none'
  /** To be run even where a step before it failed, for it takes back what was opened for that one. */
  readonly isCleanup?: boolean
}

export interface ReversibleSteps {
  readonly up: readonly Step[]
  readonly down: readonly Step[]
}

const notNull = 'tenant_key_not_null'
const reference = 'tenant_key_fkey'

/**
 * Makes a table that holds rows, and that the application uses meanwhile, a tenant table. What keeps others waiting is over in a moment; what
 * takes long lets them work. Until the last step nothing is protected and everything works as before, but that rows need the key once
 * it is asked for. A step in a transaction waits for those that use the table, and others wait behind it: set `lock_timeout`.
 *
 *     protectTable(blueprint, {
 *       table: { namespace: 'public', name: 'payments' },
 *       backfill: '(select o.tenant_id from public.orders o where o.id = order_id)',
 *     })
 *
 *     alter table public.payments add column tenant_id uuid
 *     do $$ ... $$                                                        (fills the key, batch by batch)
 *     alter table public.payments add constraint tenant_key_not_null check (tenant_id is not null) not valid
 *     alter table public.payments validate constraint tenant_key_not_null
 *     alter table public.payments alter column tenant_id set not null
 *     create unique index concurrently payments_tenant_id_key on public.payments (tenant_id, id)
 *     alter table public.payments add constraint tenant_key_fkey foreign key (tenant_id) references public.tenants (id) ... not valid
 *     alter table public.payments validate constraint tenant_key_fkey
 *     ...                                                                 (what protectTenantTable says)
 *
 * The way back gives nobody the privileges again that he had before.
 */
export function protectTable(blueprint: Blueprint, options: ExistingTable): ReversibleSteps {
  const name = qualified(options.table)
  const key = identifier(blueprint.tenantKey)
  const { type, default: value } = keyColumn(blueprint)
  const { hasKey = false } = options
  const index = indexName(blueprint, options)
  const foreignKey = referenceOf(blueprint, options)
  const fill = backfillOf(blueprint, options)
  const { up, down } = protection(blueprint, options.table, options)
  return {
    up: [
      own('Add the key, empty in all rows', [
        ...(hasKey ? [] : [`alter table ${name} add column ${key} ${type}`]),
        `alter table ${name} alter column ${key} set default ${value}`,
      ]),
      ...(fill === null
        ? []
        : suspended(
            fill.reads,
            none('Fill the key, batch by batch', backfillBlock(blueprint, options, fill)),
          )),
      own('Ask for the key in new rows', [
        `alter table ${name} add constraint ${notNull} check (${key} is not null) not valid`,
      ]),
      own('Read all rows for one without the key, while others work', [
        `alter table ${name} validate constraint ${notNull}`,
      ]),
      own('Make the key NOT NULL, which the valid constraint proves', [
        `alter table ${name} alter column ${key} set not null`,
        `alter table ${name} drop constraint ${notNull}`,
      ]),
      none(
        'Build the index that begins with the key, while others work',
        `create unique index concurrently ${identifier(index)} on ${name} (${indexColumns(blueprint, options)})`,
      ),
      ...parentIndexes(blueprint, options, 'index concurrently').map((statement) =>
        none('Build the index behind the reference, while others work', statement),
      ),
      own('Make the index a constraint, and ask new rows for what they belong to', [
        `alter table ${name} add constraint ${identifier(index)} unique using index ${identifier(index)}`,
        `alter table ${name} add constraint ${reference} ${writeForeignKey(foreignKey)} not valid`,
      ]),
      ...suspended(
        [foreignKey.references],
        own('Look up what each row belongs to, while others work', [
          `alter table ${name} validate constraint ${reference}`,
        ]),
      ),
      own('Protect the table', up),
    ],
    down: [
      own('Take the protection back', down),
      own('Drop what referred to the key', [
        `alter table ${name} drop constraint ${reference}`,
        `alter table ${name} drop constraint ${identifier(index)}`,
      ]),
      own('Drop the key', [
        ...(hasKey
          ? [
              `alter table ${name} alter column ${key} drop default`,
              `alter table ${name} alter column ${key} drop not null`,
            ]
          : [`alter table ${name} drop column ${key}`]),
      ]),
    ],
  }
}

function indexName({ tenantKey }: Blueprint, { index, table }: ExistingTable): string {
  return index ?? `${table.name}_${tenantKey}_key`
}

function indexColumns({ tenantKey }: Blueprint, { id = ['id'] }: ExistingTable): string {
  return writeNames([tenantKey, ...id])
}

function referenceOf(blueprint: Blueprint, { parent, onDelete }: ExistingTable): ForeignKeyPart {
  if (parent !== undefined) return tenantForeignKey(blueprint, { ...parent, onDelete: onDelete ?? 'cascade' })
  return {
    columns: [blueprint.tenantKey],
    references: blueprint.tenants,
    referencedColumns: ['id'],
    onDelete: onDelete ?? 'restrict',
  }
}

function parentIndexes(
  blueprint: Blueprint,
  { table, parent }: ExistingTable,
  kind: 'index' | 'index concurrently',
): readonly string[] {
  if (parent === undefined) return []
  return [`create ${kind} on ${qualified(table)} (${writeNames(foreignKeyColumns(blueprint, parent))})`]
}

/**
 * The same in one transaction, as a migration has it: nobody reads or writes the table until it is done, and a failure leaves it as it was.
 *
 *     alter table public.payments add column tenant_id uuid
 *     update public.payments set tenant_id = (select o.tenant_id from public.orders o where o.id = order_id) where tenant_id is null
 *     alter table public.payments alter column tenant_id set not null
 *     alter table public.payments add constraint payments_tenant_id_key unique (tenant_id, id)
 *     alter table public.payments add constraint tenant_key_fkey foreign key (tenant_id) references public.tenants (id) on delete restrict
 */
export function protectTableAtOnce(blueprint: Blueprint, options: ExistingTable): Reversible {
  const name = qualified(options.table)
  const key = identifier(blueprint.tenantKey)
  const steps = protectTable(blueprint, options)
  const [addKey] = steps.up
  const protect = steps.up.at(-1)
  const fill = backfillOf(blueprint, options)
  const foreignKey = referenceOf(blueprint, options)
  return {
    up: [
      ...(addKey?.statements ?? []),
      ...(fill === null
        ? []
        : whileForceIsSuspended(fill.reads, [
            `update ${name} set ${key} = (${fill.expression}) where ${key} is null`,
          ])),
      `alter table ${name} alter column ${key} set not null`,
      `alter table ${name} add constraint ${identifier(indexName(blueprint, options))} unique (${indexColumns(blueprint, options)})`,
      ...whileForceIsSuspended(
        [foreignKey.references],
        [`alter table ${name} add constraint ${reference} ${writeForeignKey(foreignKey)}`],
      ),
      ...parentIndexes(blueprint, options, 'index'),
      ...(protect?.statements ?? []),
    ],
    down: steps.down.flatMap(({ statements }) => statements),
  }
}

/** A step of the owner that reads forced tables. */
function suspended(tables: readonly RelationName[], step: Step): readonly Step[] {
  if (tables.length === 0) return [step]
  const list = tables.map(qualified).join(', ')
  const set = (force: string) =>
    tables.map((table) => `alter table ${qualified(table)} ${force} row level security`)
  return [
    own(`Let the owner see ${list}`, set('no force')),
    step,
    { ...own(`Bind the owner of ${list} again`, set('force')), isCleanup: true },
  ]
}

function own(purpose: string, statements: readonly string[]): Step {
  return { purpose, statements, transaction: 'own' }
}

function none(purpose: string, statement: string): Step {
  return { purpose, statements: [statement], transaction: 'none' }
}
