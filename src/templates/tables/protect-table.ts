import { sql } from '../../sql/template.ts'
import type { Blueprint, RelationName } from '../blueprint.ts'
import { dollarQuoted, identifier, qualified } from '../names.ts'
import type { Access, DeleteAction, Reversible } from './options.ts'
import { keyColumn, writeForeignKey, writeNames } from './parts.ts'
import { protection } from './protection.ts'
import { whileForceIsSuspended } from './suspended-force.ts'

export interface ExistingTable extends Access {
  readonly table: RelationName
  /** Whether it has the tenant key already, as a column that may be null. */
  readonly hasKey?: boolean
  /** What the key of a row is, as SQL: `(select o.tenant_id from public.orders o where o.id = order_id)`. Left out where all are filled. */
  readonly backfill?: string
  /** Forced tables that `backfill` reads, of the same owner. */
  readonly backfillReads?: readonly RelationName[]
  /** How many rows one transaction of the backfill changes; 10,000 where it is left out. */
  readonly batch?: number
  /** What identifies a row within the tenant: the columns of its primary key. `id` where it is left out. */
  readonly id?: readonly string[]
  /** The name of the index that begins with the key; `<table>_<key>_key` where it is left out. */
  readonly index?: string
  readonly onDelete?: DeleteAction
}

/** One step of a change of a table in use. */
export interface Step {
  /** What it does, and for how long it keeps others waiting. */
  readonly purpose: string
  readonly statements: readonly string[]
  /** `own`: all its statements in a transaction of their own. `none`: outside of any. */
  readonly transaction: 'own' | 'none'
}

export interface ReversibleSteps {
  readonly up: readonly Step[]
  readonly down: readonly Step[]
}

const notNull = 'tenant_key_not_null'
const reference = 'tenant_key_fkey'

/**
 * Makes a table that holds rows, and that the application uses meanwhile, a tenant table. What keeps others waiting is over in a moment; what
 * takes long lets them work. Before the last step nothing is protected, and everything works as before; rows that the application adds
 * after the fourth step need the key.
 *
 *     for (const step of protectTable(blueprint, { table, backfill: '(select o.tenant_id from public.orders o where o.id = order_id)' }).up)
 */
export function protectTable(blueprint: Blueprint, options: ExistingTable): ReversibleSteps {
  const name = qualified(options.table)
  const key = identifier(blueprint.tenantKey)
  const { type, default: value } = keyColumn(blueprint)
  const { hasKey = false } = options
  const index = indexName(blueprint, options)
  const foreignKey = tenantReference(blueprint, options)
  const { up, down } = protection(blueprint, options.table, options)
  return {
    up: [
      own('Add the key, empty in all rows', [
        ...(hasKey ? [] : [`alter table ${name} add column ${key} ${type}`]),
        `alter table ${name} alter column ${key} set default ${value}`,
      ]),
      ...backfill(blueprint, options),
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
      none('Build the index that begins with the key, while others work', [
        `create unique index concurrently ${identifier(index)} on ${name} (${indexColumns(blueprint, options)})`,
      ]),
      own('Make the index a constraint, and ask for tenants that exist in new rows', [
        `alter table ${name} add constraint ${identifier(index)} unique using index ${identifier(index)}`,
        `alter table ${name} add constraint ${reference} ${foreignKey} not valid`,
      ]),
      ...suspended(
        [blueprint.tenants],
        [
          own('Look up the tenant of each row, while others work', [
            `alter table ${name} validate constraint ${reference}`,
          ]),
        ],
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

function tenantReference(
  { tenantKey, tenants }: Blueprint,
  { onDelete = 'restrict' }: ExistingTable,
): string {
  return writeForeignKey({ columns: [tenantKey], references: tenants, referencedColumns: ['id'], onDelete })
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
  const { backfill: expression, backfillReads = [] } = options
  const steps = protectTable(blueprint, options)
  const [addKey] = steps.up
  const protect = steps.up.at(-1)
  const fill = `update ${name} set ${key} = (${expression}) where ${key} is null`
  return {
    up: [
      ...(addKey?.statements ?? []),
      ...(expression === undefined ? [] : whileForceIsSuspended(backfillReads, [fill])),
      `alter table ${name} alter column ${key} set not null`,
      `alter table ${name} add constraint ${identifier(indexName(blueprint, options))} unique (${indexColumns(blueprint, options)})`,
      ...whileForceIsSuspended(
        [blueprint.tenants],
        [`alter table ${name} add constraint ${reference} ${tenantReference(blueprint, options)}`],
      ),
      ...(protect?.statements ?? []),
    ],
    down: steps.down.flatMap(({ statements }) => statements),
  }
}

/** Batch by batch, each committed, so that no row stays locked for long; rows for which the expression gives nothing are left. */
function backfill(
  { tenantKey }: Blueprint,
  { table, backfill: expression, backfillReads = [], batch = 10_000 }: ExistingTable,
): readonly Step[] {
  if (expression === undefined) return []
  if (!Number.isInteger(batch) || batch < 1) throw new Error(`a batch of ${batch} rows fills nothing`)
  const name = qualified(table)
  const key = identifier(tenantKey)
  const body = sql`
    begin
      loop
        update ${name} set ${key} = (${expression})
        where ${key} is null and ctid = any (array(
          select ctid from ${name}
          where ${key} is null and (${expression}) is not null
          limit ${String(batch)}
        ));
        exit when not found;
        commit;
      end loop;
    end`
  return suspended(backfillReads, [none('Fill the key, batch by batch', [`do ${dollarQuoted(body)}`])])
}

/** Steps that read forced tables as their owner. */
function suspended(tables: readonly RelationName[], steps: readonly Step[]): readonly Step[] {
  if (tables.length === 0) return steps
  const names = tables.map(qualified)
  const list = names.join(', ')
  return [
    own(
      `Let the owner see ${list}`,
      names.map((name) => `alter table ${name} no force row level security`),
    ),
    ...steps,
    own(
      `Bind the owner of ${list} again`,
      names.map((name) => `alter table ${name} force row level security`),
    ),
  ]
}

function own(purpose: string, statements: readonly string[]): Step {
  return { purpose, statements, transaction: 'own' }
}

function none(purpose: string, statements: readonly string[]): Step {
  return { purpose, statements, transaction: 'none' }
}
