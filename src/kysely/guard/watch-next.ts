import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'

type Send = () => Promise<QueryResult<unknown>>

/**
 * Has the next statement on a connection sent by `around`: the migrator then writes down that a migration was applied, and a trigger
 * or a default of that table may do anything.
 */
export function watchNext(
  connection: DatabaseConnection,
  around: (text: string, send: Send) => Promise<QueryResult<unknown>>,
): void {
  const own = Object.getOwnPropertyDescriptor(connection, 'executeQuery')
  const execute = connection.executeQuery
  const unwatch = () => {
    if (own === undefined) Reflect.deleteProperty(connection, 'executeQuery')
    else Object.defineProperty(connection, 'executeQuery', own)
  }
  const watched = (query: CompiledQuery, ...rest: readonly unknown[]) => {
    unwatch()
    return around(query.sql, () => Reflect.apply(execute, connection, [query, ...rest]))
  }
  Object.defineProperty(connection, 'executeQuery', { value: watched, configurable: true, writable: true })
}
