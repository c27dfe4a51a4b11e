import type { CreateTableBuilder } from 'kysely'
import type { RelationName } from '../templates/blueprint.ts'
import { dropTable } from '../templates/tables/create-table.ts'
import { protectGlobalTable } from '../templates/tables/global-table.ts'
import { createTenantPartition } from '../templates/tables/partition.ts'
import { childTableParts, foreignKeyColumns, tenantTableParts } from '../templates/tables/parts.ts'
import { protectChildTable, protectTenantTable } from '../templates/tables/tenant-table.ts'
import { createTenancy, dropTenancy, upgradeTenancy } from '../templates/tenancy/tenancy.ts'
import { kyselyContext } from './context/tenant-context.ts'
import { readTenancy, type TenancyOptions } from './declared.ts'
import { reasonOf, requireTenantTable } from './declared-place.ts'
import { noteTenancy } from './declared-tenancies.ts'
import { columnOf, type Handle, relationOf } from './handle.ts'
import { known } from './known-options.ts'
import { protectExisting, unprotectExisting } from './protect-existing.ts'
import { runTogether } from './statements.ts'
import { type Protection, tableBuilder } from './table-builder.ts'
import type { DefinedTenancy, TenantKeyOf, TenantTableOptions } from './tenancy-api.ts'
import { begun } from './unfinished.ts'

/**
 * Declares who a tenant is, for migrations and at run time: the names of roles, tables, columns and settings, as the config file has them.
 * Everything has a default. Throws an error that names each key that is wrong.
 *
 *     export const tenancy = defineTenancy({ appRole: 'app_user' })
 *
 * `ringfence.config.ts` can take it over: `defineConfig({ tenancy: tenancy.declaration })`.
 */
export function defineTenancy<const Options extends TenancyOptions>(
  options: Options,
): DefinedTenancy<Options> {
  type Key = TenantKeyOf<Options>
  const { declaration, blueprint } = readTenancy(options)
  noteTenancy(declaration)
  const run = (db: Handle, statements: readonly string[]) => runTogether(db, blueprint, statements)

  const tenants = (table: RelationName): RelationName => {
    requireTenantTable(declaration, table)
    return table
  }
  const build = <Table extends string, Column extends string>(
    db: Handle,
    name: Table,
    called: string,
    protection: Omit<Protection, 'call' | 'used'>,
  ): CreateTableBuilder<Table, Column> => {
    const call = `${called}(${JSON.stringify(name)})`
    const used = begun(call)
    return tableBuilder(db, name, blueprint, { ...protection, call, used })
  }

  return Object.freeze<DefinedTenancy<Options>>({
    ...kyselyContext<Options>(blueprint),
    declaration,
    blueprint,
    createTenancy: async (db, more) => run(db, createTenancy(blueprint, known('createTenancy', more))),
    upgradeTenancy: async (db, more) => run(db, upgradeTenancy(blueprint, known('createTenancy', more))),
    dropTenancy: async (db, more) => run(db, dropTenancy(blueprint, known('createTenancy', more))),

    createTenantTable: <Table extends string>(db: Handle, name: Table, more: TenantTableOptions = {}) => {
      const own = withColumns(db, known('createTenantTable', more))
      return build<Table, 'id' | Key>(db, name, 'createTenantTable', {
        parts: (table) => tenantTableParts(blueprint, { ...own, table: tenants(table) }),
        follows: (table) => protectTenantTable(blueprint, { ...own, table }).up,
        indexes: [],
      })
    },

    createChildTable(db, name, options) {
      const { parent, column, parentId, also, ...more } = known('createChildTable', options)
      const own = {
        ...withColumns(db, more),
        parent: {
          table: relationOf(db, parent),
          column: columnOf(db, column),
          ...(parentId && { type: parentId }),
          ...(also && { also }),
        },
      }
      return build(db, name, 'createChildTable', {
        parts: (table) => childTableParts(blueprint, { ...own, table: tenants(table) }),
        follows: (table) => protectChildTable(blueprint, { ...own, table }).up,
        indexes: [foreignKeyColumns(blueprint, own.parent)],
      })
    },

    createGlobalTable: (db, name, more = {}) =>
      build(db, name, 'createGlobalTable', {
        parts: () => ({ columns: [], primaryKey: [], foreignKeys: [], partitionBy: null }),
        follows: (table) =>
          protectGlobalTable(blueprint, {
            ...known('createGlobalTable', more),
            table,
            reason: reasonOf(declaration, table),
          }).up,
        indexes: [],
      }),

    createTenantPartition: async (db, name, options) => {
      const { of, ...more } = withColumns(db, known('createTenantPartition', options))
      const table = tenants(relationOf(db, name))
      await run(db, createTenantPartition(blueprint, { ...more, table, of: relationOf(db, of) }).up)
    },

    protectTable: async (db, name, more = {}) => {
      tenants(relationOf(db, name))
      await protectExisting(db, blueprint, name, known('protectTable', more))
    },
    unprotectTable: async (db, name, more = {}) =>
      unprotectExisting(db, blueprint, name, known('protectTable', more)),
    dropTenantTable: async (db, name) => run(db, [dropTable(relationOf(db, name))]),
  })
}

/** The options with the columns that their names mean to the handle. */
function withColumns<Options extends Pick<TenantTableOptions, 'partitionBy'>>(
  db: Handle,
  options: Options,
): Options {
  const { partitionBy } = options
  if (partitionBy === undefined) return options
  const [first, ...others] = partitionBy.columns
  const columns = [columnOf(db, first), ...others.map((name) => columnOf(db, name))] as const
  return { ...options, partitionBy: { ...partitionBy, columns } }
}
