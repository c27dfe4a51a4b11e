/**
 * One connection to a PostgreSQL server: all that a reader of it asks of a driver.
 *
 *     const rows = await connection.query<{ version: string }>('select version()')
 *
 * Values are sent as parameters (`$1`); without any, the text may hold several statements, and the rows are those of
 * the last. An error of the server rejects with the driver's own error, whose `code` is the SQLSTATE.
 */
export interface Connection {
  query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
}
