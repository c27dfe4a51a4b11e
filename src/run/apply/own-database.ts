import type { Node } from 'libpg-query'
import type { Connection } from '../../sql/connection.ts'
import { deparse } from '../../sql/expression.ts'
import { as } from '../../sql/node.ts'

/**
 * A migration names the database that it is meant for; it is applied to one of another name. The text of a statement on
 * a database (ALTER DATABASE, ALTER ROLE IN DATABASE, GRANT ON DATABASE, COMMENT ON DATABASE) with the name of the one at hand; undefined for
 * any other statement.
 */
export async function onDatabase(node: Node, connection: Connection): Promise<string | undefined> {
  if (renamed(node, '') === undefined) return undefined
  const [row] = await connection.query<{ name: string }>('select pg_catalog.current_database() as name')
  return row && renamed(node, row.name)
}

function renamed(node: Node, name: string): string | undefined {
  const named = { String: { sval: name } }
  const settings = as(node, 'AlterDatabaseSetStmt')
  if (settings !== undefined) return deparse({ AlterDatabaseSetStmt: { ...settings, dbname: name } })
  const role = as(node, 'AlterRoleSetStmt')
  if (role?.database !== undefined) return deparse({ AlterRoleSetStmt: { ...role, database: name } })
  const options = as(node, 'AlterDatabaseStmt')
  if (options !== undefined) return deparse({ AlterDatabaseStmt: { ...options, dbname: name } })
  const owner = as(node, 'AlterOwnerStmt')
  if (owner?.objectType === 'OBJECT_DATABASE') return deparse({ AlterOwnerStmt: { ...owner, object: named } })
  const grant = as(node, 'GrantStmt')
  if (grant?.objtype === 'OBJECT_DATABASE') return deparse({ GrantStmt: { ...grant, objects: [named] } })
  const comment = as(node, 'CommentStmt')
  if (comment?.objtype === 'OBJECT_DATABASE') return deparse({ CommentStmt: { ...comment, object: named } })
  return undefined
}
