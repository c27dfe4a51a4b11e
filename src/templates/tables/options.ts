import type { RelationName } from '../blueprint.ts'

/** Statements that make a change, in order, and those that take it back, in order. */
export interface Reversible {
  readonly up: readonly string[]
  readonly down: readonly string[]
}

export const rowCommands = ['select', 'insert', 'update', 'delete'] as const

export type RowCommand = (typeof rowCommands)[number]

/** Who may do what with the rows of the own tenant, and who reads or works across tenants. */
export interface Access {
  /**
   * Which members may run a command: `{ delete: ['owner', 'admin'] }`. A command that is left out is open to every member; with an
   * empty list nobody of the application may run it, and it is not granted.
   */
  readonly roles?: Partial<Readonly<Record<RowCommand, readonly string[]>>>
  /** Whether the support role may read it, one tenant at a time. */
  readonly support?: boolean
  /** Which commands a system task may run, by the name of the task: `{ 'nightly-billing': ['select', 'update'] }`. */
  readonly tasks?: Readonly<Record<string, readonly RowCommand[]>>
}

/** The type of the column `id`: a random uuid, or a number that the server gives. */
export type IdType = 'uuid' | 'bigint'

export type DeleteAction = 'restrict' | 'cascade'

export interface PartitionBy {
  readonly strategy: 'range' | 'list' | 'hash'
  readonly columns: readonly [string, ...string[]]
}

export interface TenantTable extends Access {
  readonly table: RelationName
  readonly id?: IdType
  /** The columns become part of the primary key, as PostgreSQL asks. */
  readonly partitionBy?: PartitionBy
  /** What deleting a tenant does to its rows; `restrict` where it is left out. */
  readonly onDelete?: DeleteAction
}

/** The table that the rows of a child belong to. */
export interface Parent {
  readonly table: RelationName
  /** The column of the child that names the parent: `invoice_id`. */
  readonly column: string
  /** The type of the parent's id; `uuid` where it is left out. */
  readonly type?: IdType
  /** Further columns of the primary key of a parent that is partitioned by them; the type is SQL. */
  readonly also?: readonly { readonly column: string; readonly references: string; readonly type: string }[]
}

export interface ChildTable extends TenantTable {
  readonly parent: Parent
}

/** A column that only its table has: `{ name: 'number', definition: 'integer not null' }`. */
export interface OwnColumn {
  readonly name: string
  /** Type and constraints, as SQL. */
  readonly definition: string
}

/** What `create table` has beside the parts that isolate. */
export interface Definition {
  readonly columns?: readonly OwnColumn[]
  /** Constraints of the table, as SQL: `unique (tenant_id, number)`. */
  readonly constraints?: readonly string[]
}

export interface GlobalTable extends Pick<Access, 'support' | 'tasks'> {
  readonly table: RelationName
  /** Why all tenants share it. */
  readonly reason: string
}

/** A value of a bound: a literal, or null for the end without a limit. */
export type BoundValue = string | number | null

export type PartitionBound =
  | { readonly from: readonly BoundValue[]; readonly to: readonly BoundValue[] }
  | { readonly in: readonly BoundValue[] }
  | { readonly modulus: number; readonly remainder: number }
  | 'default'

export interface TenantPartition extends Access {
  readonly table: RelationName
  readonly of: RelationName
  readonly bound: PartitionBound
  /** How it is divided further; the columns have to be in the primary key of the table. */
  readonly partitionBy?: PartitionBy
}
