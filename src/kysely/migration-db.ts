import type {
  ConnectionBuilder,
  CreateTableBuilder,
  Kysely,
  KyselyPlugin,
  SchemaModule,
  Transaction,
  TransactionBuilder,
} from 'kysely'

declare const createdThrough: unique symbol

/** What no string is: a table is created through the tenancy. */
export interface CreatedThroughTenancy {
  readonly [createdThrough]: 'tenancy.createTenantTable, createChildTable or createGlobalTable'
}

/** Kysely's schema module, without a way to create a table that nothing protects. */
export interface MigrationSchema extends SchemaModule {
  /** Refused by the compiler: use `tenancy.createTenantTable(db, 'invoices')` and its family. */
  createTable<Table extends string>(table: Table & CreatedThroughTenancy): CreateTableBuilder<Table>
  withSchema(schema: string): MigrationSchema
  withPlugin(plugin: KyselyPlugin): MigrationSchema
  withoutPlugins(): MigrationSchema
}

/**
 * What `up` and `down` take in the place of `Kysely<any>`: the same handle, of which the compiler refuses `db.schema.createTable`.
 *
 *     export async function up(db: MigrationDb): Promise<void> {
 *       await tenancy.createTenantTable(db, 'invoices').addColumn('number', 'integer').execute()
 *     }
 */
export interface MigrationDb extends Kysely<Tables> {
  readonly schema: MigrationSchema
  withSchema(schema: string): MigrationDb
  withPlugin(plugin: KyselyPlugin): MigrationDb
  withoutPlugins(): MigrationDb
  transaction(): MigrationTransactionBuilder
  connection(): MigrationConnectionBuilder
}

export interface MigrationTransaction extends Transaction<Tables> {
  readonly schema: MigrationSchema
  withSchema(schema: string): MigrationTransaction
  withPlugin(plugin: KyselyPlugin): MigrationTransaction
  withoutPlugins(): MigrationTransaction
}

export interface MigrationTransactionBuilder extends TransactionBuilder<Tables> {
  execute<Result>(callback: (transaction: MigrationTransaction) => Promise<Result>): Promise<Result>
}

export interface MigrationConnectionBuilder extends ConnectionBuilder<Tables> {
  execute<Result>(callback: (db: MigrationDb) => Promise<Result>): Promise<Result>
}

// biome-ignore lint/suspicious/noExplicitAny: the tables of a database change from migration to migration, and Kysely's Migration says any
type Tables = any
