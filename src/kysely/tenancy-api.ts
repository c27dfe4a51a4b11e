import type { CreateTableBuilder } from 'kysely'
import type { Blueprint } from '../templates/blueprint.ts'
import type {
  Access,
  ChildTable,
  GlobalTable,
  TenantPartition,
  TenantTable,
} from '../templates/tables/options.ts'
import type { TenancyOptions as CreationOptions } from '../templates/tenancy/options.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import type { KyselyContext } from './context/tenant-context.ts'
import type { TenancyOptions } from './declared.ts'
import type { Handle } from './handle.ts'
import type { ExistingTableOptions } from './protect-existing.ts'

export type { CreationOptions }

/** The name of the tenant key, in the type of a declaration. */
export type TenantKeyOf<Options> = Options extends { readonly tenantKey: infer Key extends string }
  ? Key
  : 'tenant_id'

/** `roles`: which members may run a command; `support`, `tasks`: who else reads and works; `id`, `partitionBy`, `onDelete`: of the table. */
export type TenantTableOptions = Omit<TenantTable, 'table'>

export interface ChildTableOptions<Column extends string> extends TenantTableOptions {
  /** The table that its rows belong to: a tenant table, or a child. */
  readonly parent: string
  /** The column that names the parent: `invoice_id`. */
  readonly column: Column
  /** The type of the parent's `id`; `uuid` where it is left out. */
  readonly parentId?: ChildTable['parent']['type']
  /** Further columns of the primary key of a parent that is partitioned by them. */
  readonly also?: ChildTable['parent']['also']
}

/** `support`, `tasks`: who reads and works beside the application. */
export type GlobalTableOptions = Pick<GlobalTable, 'support' | 'tasks'>

export interface TenantPartitionOptions extends Access {
  /** The partitioned tenant table. */
  readonly of: string
  /** Which rows it takes: `{ from: ['2026-01-01'], to: ['2027-01-01'] }`, `{ in: ['eu'] }`, `{ modulus: 4, remainder: 0 }`, `'default'`. */
  readonly bound: TenantPartition['bound']
  /** How it is divided further. */
  readonly partitionBy?: NonNullable<TenantPartition['partitionBy']>
}

/**
 * What `defineTenancy` returns: the context at run time, and the functions of a migration. Each of these is one change: in a transaction its statements go one by
 * one, outside of one they are a DO block, so that a failure leaves the database as it was. A table without `withSchema`
 * is in `public`.
 */
export interface DefinedTenancy<Options extends TenancyOptions = TenancyOptions>
  extends KyselyContext<Options> {
  /** For `ringfence.config.ts`: every name of the tenancy said. */
  readonly declaration: TenancyDeclaration
  /** The names that the emitted SQL is made of. */
  readonly blueprint: Blueprint

  /**
   * Creates what tenants rest on: roles, tenants, memberships, the functions of the context, and the access log.
   *
   *     await tenancy.createTenancy(db)
   *
   *     create role app_user nologin
   *     create table public.tenants (id uuid not null default gen_random_uuid() primary key, ...)
   *     create table public.memberships (tenant_id uuid not null references public.tenants (id), user_id uuid not null, ...)
   *     create function app.current_tenant_id() returns uuid ...
   */
  createTenancy(db: Handle, options?: CreationOptions): Promise<void>

  /** Replaces functions and policies by those of this version and declaration, as after an update of ringfence or a new system task. */
  upgradeTenancy(db: Handle, options?: CreationOptions): Promise<void>

  /** Takes back what `createTenancy` made; roles stay, for they belong to the whole server. */
  dropTenancy(db: Handle, options?: CreationOptions): Promise<void>

  /**
   * A table of which a tenant sees its own rows. What is returned is Kysely's own builder; end it with `.execute()`.
   *
   *     await tenancy.createTenantTable(db, 'invoices', { roles: { delete: ['owner', 'admin'] } })
   *       .addColumn('number', 'integer', (c) => c.notNull())
   *       .$call(tenantUnique('number'))
   *       .execute()
   *
   *     create table "public"."invoices" (
   *       "tenant_id" uuid not null default nullif(current_setting('app.tenant_id', true), '')::uuid,
   *       "id" uuid not null default gen_random_uuid(),
   *       "number" integer not null,
   *       primary key ("tenant_id", "id"),
   *       foreign key ("tenant_id") references "public"."tenants" ("id") on delete restrict,
   *       unique ("tenant_id", "number"))
   *     alter table public.invoices enable row level security
   *     alter table public.invoices force row level security
   *     create policy tenant_select on public.invoices for select to app_user
   *       using (tenant_id = (select app.current_tenant_id()))
   *     ...
   *     grant select, insert, update, delete on public.invoices to app_user
   *
   * In `down`: `dropTenantTable`.
   */
  createTenantTable<Table extends string>(
    db: Handle,
    name: Table,
    options?: TenantTableOptions,
  ): CreateTableBuilder<Table, 'id' | TenantKeyOf<Options>>

  /**
   * A tenant table whose rows belong to a row of another, of the same tenant. In `down`: `dropTenantTable`.
   *
   *     await tenancy.createChildTable(db, 'invoice_lines', { parent: 'invoices', column: 'invoice_id' })
   *       .addColumn('amount', 'numeric', (c) => c.notNull())
   *       .execute()
   *
   *     create table "public"."invoice_lines" (
   *       ...,
   *       "invoice_id" uuid not null,
   *       foreign key ("tenant_id", "invoice_id") references "public"."invoices" ("tenant_id", "id") on delete cascade)
   *     create index on public.invoice_lines (tenant_id, invoice_id)
   */
  createChildTable<Table extends string, Column extends string>(
    db: Handle,
    name: Table,
    options: ChildTableOptions<Column>,
  ): CreateTableBuilder<Table, 'id' | TenantKeyOf<Options> | Column>

  /**
   * A table that all tenants share, of those that the declaration lists with a reason: the application reads it, and
   * migrations write it, through `withForceSuspended`. In `down`: `dropTenantTable`.
   *
   *     defineTenancy({ globalTables: [{ relation: 'public.currencies', reason: 'ISO 4217' }] })
   *
   *     await tenancy.createGlobalTable(db, 'currencies')
   *       .addColumn('code', 'text', (c) => c.primaryKey())
   *       .execute()
   *
   *     create policy global_select on public.currencies for select to app_user using (true)
   *     grant select on public.currencies to app_user
   */
  createGlobalTable<Table extends string>(
    db: Handle,
    name: Table,
    options?: GlobalTableOptions,
  ): CreateTableBuilder<Table>

  /**
   * A partition, protected as its table: policies of the table don't hold for who names the partition. In `down`: `dropTenantTable`.
   *
   *     await tenancy.createTenantPartition(db, 'events_2026', {
   *       of: 'events',
   *       bound: { from: ['2026-01-01'], to: ['2027-01-01'] },
   *     })
   *
   *     create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01')
   */
  createTenantPartition(db: Handle, name: string, options: TenantPartitionOptions): Promise<void>

  /**
   * Makes a table that exists a tenant table: adds the key, fills it, and protects the table. In `down`: `unprotectTable`.
   *
   *     await tenancy.protectTable(db, 'payments', {
   *       backfill: '(select i.tenant_id from public.invoices i where i.id = invoice_id)',
   *       backfillReads: ['invoices'],
   *     })
   *
   *     alter table public.payments add column tenant_id uuid
   *     update public.payments set tenant_id = (select ...) where tenant_id is null
   *     alter table public.payments alter column tenant_id set not null
   *     ...
   *
   * It locks the table until it is done. With `online: true`, outside of a transaction, it goes step by step and lets others
   * work meanwhile.
   */
  protectTable(db: Handle, name: string, options?: ExistingTableOptions): Promise<void>

  /** Takes `protectTable` back; the options are those that it was called with. */
  unprotectTable(db: Handle, name: string, options?: ExistingTableOptions): Promise<void>

  /** `drop table public.invoices`, for any table of this family; refused by PostgreSQL while another refers to it. */
  dropTenantTable(db: Handle, name: string): Promise<void>
}
