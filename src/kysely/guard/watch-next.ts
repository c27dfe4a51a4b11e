import type { CompiledQuery, DatabaseConnection } from 'kysely'

/**
 * Has the next statement on a connection looked after once it has run: the migrator then writes down that a migration was applied,
 * and a trigger or a default of that table may do anything.
 */
export function watchNext(connection: DatabaseConnection, look: (text: string) => Promise<void>): void {
  const own = Object.getOwnPropertyDescriptor(connection, 'executeQuery')
  const execute = connection.executeQuery
  const unwatch = () => {
    if (own === undefined) Reflect.deleteProperty(connection, 'executeQuery')
    else Object.defineProperty(connection, 'executeQuery', own)
  }
  const watched = async (query: CompiledQuery, ...rest: readonly unknown[]): Promise<unknown> => {
    unwatch()
    const result = await Reflect.apply(execute, connection, [query, ...rest])
    await look(query.sql)
    return result
  }
  Object.defineProperty(connection, 'executeQuery', { value: watched, configurable: true, writable: true })
}
