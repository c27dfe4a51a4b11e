import type { CreateSchemaStmt, Node } from 'libpg-query'
import { as } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { initialGrants } from '../privileges.ts'
import { roleName } from '../roles.ts'

/** The order in which PostgreSQL makes the elements of a CREATE SCHEMA, whatever the order written. */
const elementOrder = [
  'CreateSeqStmt',
  'CreateStmt',
  'ViewStmt',
  'IndexStmt',
  'CreateTrigStmt',
  'GrantStmt',
] as const

export const namespaceStatements = {
  CreateSchemaStmt(statement, context) {
    const { state } = context
    const owner =
      statement.authrole === undefined ? state.session.role : roleName(context, statement.authrole)
    const name = statement.schemaname ?? owner
    if (name === null) {
      return context.unmodelled('CREATE SCHEMA named after the role that runs the migrations', [])
    }
    if (state.namespaces.has(name)) {
      if (!statement.if_not_exists) context.unmodelled(`the schema ${name} exists already`, [])
      return
    }
    const grants = initialGrants(state, 'schemas', name, owner)
    state.namespaces.set(name, { name, owner, grants, source: context.source })
    createElements(statement, name, context)
  },
} satisfies Partial<Handlers>

/** Elements are made by the schema's owner, and the schema is searched first. */
function createElements(
  { authrole, schemaElts = [] }: CreateSchemaStmt,
  namespace: string,
  context: StatementContext,
): void {
  if (schemaElts.length === 0) return
  const { session } = context.state
  const path = session.settings.get('search_path')
  const role = session.settings.get('role')
  session.set('search_path', JSON.stringify([namespace, ...session.searchPath]), true)
  const owner = authrole === undefined ? null : roleName(context, authrole)
  if (owner !== null) session.set('role', owner, true)
  for (const element of inOrder(schemaElts)) context.replayInside(element)
  session.set('search_path', path, true)
  session.set('role', role, true)
}

function inOrder(elements: readonly Node[]): Node[] {
  const rank = (element: Node) => elementOrder.findIndex((kind) => as(element, kind) !== undefined)
  return [...elements].sort((a, b) => rank(a) - rank(b))
}
