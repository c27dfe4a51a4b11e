import { type CompiledQuery, type Kysely, SchemaModule } from 'kysely'
import type { RelationName } from '../templates/blueprint.ts'

/** What the functions of a migration take: a `Kysely`, a `Transaction`, or a `MigrationDb`, whatever its tables. */
export type Handle = Pick<Kysely<unknown>, 'isTransaction' | 'getExecutor'>

/** Where a table is whose name says no namespace, and that no `withSchema` moves. */
export const defaultNamespace = 'public'

/** The table that a name means to the handle, its plugins (`withSchema`, `CamelCasePlugin`) asked. */
export function relationOf(handle: Handle, table: string): RelationName {
  const { schema, identifier } = new SchemaModule(handle.getExecutor()).dropTable(table).toOperationNode()
    .table.table
  return { namespace: schema?.name ?? defaultNamespace, name: identifier.name }
}

/** The column that a name means to the handle. */
export function columnOf(handle: Handle, column: string): string {
  const { columnAlterations = [] } = new SchemaModule(handle.getExecutor())
    .alterTable('any')
    .dropColumn(column)
    .toOperationNode()
  const [drop] = columnAlterations
  return drop?.kind === 'DropColumnNode' ? drop.column.column.name : column
}

export function execute(handle: Handle, query: CompiledQuery): Promise<unknown> {
  return handle.getExecutor().executeQuery(query)
}
