import type { Blueprint, RelationName } from '../blueprint.ts'
import { tenantSetting } from '../context-expressions.ts'
import { identifier, qualified } from '../names.ts'
import type { ChildTable, DeleteAction, IdType, Parent, PartitionBy, TenantTable } from './options.ts'

/** A column that `create table` must have; all of them are NOT NULL. */
export interface ColumnPart {
  readonly name: string
  readonly type: string
  /** As SQL. */
  readonly default: string | null
  readonly isIdentity: boolean
}

export interface ForeignKeyPart {
  readonly columns: readonly string[]
  readonly references: RelationName
  readonly referencedColumns: readonly string[]
  readonly onDelete: DeleteAction
}

/** What must stand in `create table`, for the statements that follow can't put it right on a table that has rows. */
export interface TableParts {
  readonly columns: readonly ColumnPart[]
  readonly primaryKey: readonly string[]
  readonly foreignKeys: readonly ForeignKeyPart[]
  readonly partitionBy: PartitionBy | null
}

/**
 * The parts of a tenant table.
 *
 *     tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid
 *     id uuid not null default gen_random_uuid()
 *     primary key (tenant_id, id)
 *     foreign key (tenant_id) references public.tenants (id) on delete restrict
 *
 * The primary key begins with the tenant: it is the index that every query of a tenant uses, the key that children refer to, and an id
 * of another tenant can't be told from one that isn't there.
 */
export function tenantTableParts(blueprint: Blueprint, options: TenantTable): TableParts {
  const { tenantKey, tenants } = blueprint
  return {
    columns: [keyColumn(blueprint), idColumn(options.id)],
    primaryKey: primaryKey(blueprint, options.partitionBy),
    foreignKeys: [
      {
        columns: [tenantKey],
        references: tenants,
        referencedColumns: ['id'],
        onDelete: options.onDelete ?? 'restrict',
      },
    ],
    partitionBy: options.partitionBy ?? null,
  }
}

/**
 * The parts of a child table: the key of the tenant is carried along, so that a row and its parent are of one tenant.
 *
 *     tenant_id uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid
 *     id uuid not null default gen_random_uuid()
 *     invoice_id uuid not null
 *     primary key (tenant_id, id)
 *     foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id) on delete cascade
 */
export function childTableParts(blueprint: Blueprint, options: ChildTable): TableParts {
  const { parent, onDelete = 'cascade' } = options
  const carried = [{ column: parent.column, type: parent.type ?? 'uuid' }, ...(parent.also ?? [])]
  return {
    columns: [
      keyColumn(blueprint),
      idColumn(options.id),
      ...carried.map(({ column, type }) => ({ name: column, type, default: null, isIdentity: false })),
    ],
    primaryKey: primaryKey(blueprint, options.partitionBy),
    foreignKeys: [tenantForeignKey(blueprint, { ...parent, onDelete })],
    partitionBy: options.partitionBy ?? null,
  }
}

/**
 * A reference to another tenant table that stays within the tenant.
 *
 *     tenantForeignKey(blueprint, { table: { namespace: 'public', name: 'customers' }, column: 'customer_id', onDelete: 'restrict' })
 *
 *     foreign key (tenant_id, customer_id) references public.customers (tenant_id, id) on delete restrict
 */
export function tenantForeignKey(
  blueprint: Blueprint,
  { onDelete, ...parent }: Parent & { readonly onDelete: DeleteAction },
): ForeignKeyPart {
  const { table, also = [] } = parent
  return {
    columns: foreignKeyColumns(blueprint, parent),
    references: table,
    referencedColumns: [blueprint.tenantKey, 'id', ...also.map((each) => each.references)],
    onDelete,
  }
}

/** The columns of a child that refer to its parent, in the order of an index for them. */
export function foreignKeyColumns(
  { tenantKey }: Blueprint,
  { column, also = [] }: Parent,
): readonly string[] {
  return [tenantKey, column, ...also.map((each) => each.column)]
}

/** The tenant of the context by itself; whether it is one of the user's is the policies' matter. */
export function keyColumn(blueprint: Blueprint): ColumnPart {
  const { tenantKey, keyType } = blueprint
  return { name: tenantKey, type: keyType, default: tenantSetting(blueprint), isIdentity: false }
}

function idColumn(type: IdType = 'uuid'): ColumnPart {
  return type === 'uuid'
    ? { name: 'id', type, default: 'gen_random_uuid()', isIdentity: false }
    : { name: 'id', type, default: null, isIdentity: true }
}

function primaryKey({ tenantKey }: Blueprint, partitionBy: PartitionBy | undefined): readonly string[] {
  return [...new Set([tenantKey, 'id', ...(partitionBy?.columns ?? [])])]
}

/** `tenant_id uuid not null default ...` */
export function writeColumn(part: ColumnPart): string {
  return `${identifier(part.name)} ${columnDefinition(part)}`
}

/** `uuid not null default ...` */
export function columnDefinition({ type, default: value, isIdentity }: ColumnPart): string {
  const given = isIdentity ? ' generated always as identity' : value === null ? '' : ` default ${value}`
  return `${type} not null${given}`
}

/** `foreign key (tenant_id) references public.tenants (id) on delete restrict` */
export function writeForeignKey({
  columns,
  references,
  referencedColumns,
  onDelete,
}: ForeignKeyPart): string {
  const target = `${qualified(references)} (${writeNames(referencedColumns)})`
  return `foreign key (${writeNames(columns)}) references ${target} on delete ${onDelete}`
}

/** `range (created_at)` */
export function writePartitionBy({ strategy, columns }: PartitionBy): string {
  return `${strategy} (${writeNames(columns)})`
}

export function writeNames(names: readonly string[]): string {
  return names.map(identifier).join(', ')
}
