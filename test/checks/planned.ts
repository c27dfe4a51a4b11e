import type { Connection } from '../../src/sql/connection.ts'
import { kindOf } from '../../src/sql/node.ts'
import { parseStatements } from '../../src/sql/parse.ts'

/** The same connection, on which the server plans a query once, however often it is asked. */
export function planned(connection: Connection): Connection {
  const names = new Map<string, string | null>()
  return {
    async query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
      const known = names.get(text)
      if (values !== undefined || known === null) return await connection.query<Row>(text, values)
      if (known !== undefined) return await connection.query<Row>(`execute ${known}`)
      const name = isQuery(text) ? `planned_${names.size}` : null
      names.set(text, name)
      return await connection.query<Row>(name === null ? text : `prepare ${name} as ${text}; execute ${name}`)
    },
  }
}

function isQuery(text: string): boolean {
  const [statement, ...others] = parseStatements(text)
  const isOne = statement !== undefined && others.length === 0
  return isOne && 'node' in statement && kindOf(statement.node) === 'SelectStmt'
}
