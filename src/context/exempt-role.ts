import { ContextError } from './context-error.ts'
import type { ContextNames } from './names.ts'
import { type Statement, statement } from './statement.ts'

/** What the server says of the login role of a connection. */
export interface LoginRole {
  readonly login: string
  /** A role that it is, or may become, which row security does not hold, or which can grant itself one. */
  readonly exempt: string | null
  /** A table under row security that it, or a role that it may become, owns. */
  readonly owned: string | null
  /** Whether it may become the owner of the context functions, who sees every membership. */
  readonly functionOwner: boolean
}

/** Asks by `session_user`: what a session has set its role to says nothing of what it may set it to next. */
export function askForLoginRole(names: ContextNames): Statement {
  return statement`select session_user::pg_catalog.text as login, (select r.rolname::pg_catalog.text from pg_catalog.pg_roles r where (r.rolsuper or r.rolbypassrls or r.rolcreaterole) and pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER') order by r.rolname operator(pg_catalog.<>) session_user, r.rolname limit 1) as exempt, (select pg_catalog.format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace where c.relrowsecurity and pg_catalog.pg_has_role(session_user, c.relowner, 'MEMBER') order by 1 limit 1) as owned, exists (select from pg_catalog.pg_roles r where r.rolname::pg_catalog.text operator(pg_catalog.=) ${names.functionOwner} and pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')) as "functionOwner"`
}

/** Refuses a connection on which row security is no barrier. */
export function refuseExemptRole(names: ContextNames, rows: readonly LoginRole[]): void {
  const [row] = rows
  if (row === undefined) throw new Error('a query of one row returned none')
  const problem = problemOf(names, row)
  if (problem === null) return
  const message = `the connection's role ${row.login} ${problem}: row security does not hold it. Connect as a role that can only become ${names.appRole} and the roles of system tasks and support`
  throw new ContextError('exempt role', message)
}

function problemOf(names: ContextNames, { login, exempt, owned, functionOwner }: LoginRole): string | null {
  if (exempt === login) return 'is a superuser, or has BYPASSRLS or CREATEROLE'
  if (exempt !== null) return `can become ${exempt}, which is a superuser, or has BYPASSRLS or CREATEROLE`
  if (owned !== null) return `owns ${owned}, or can become its owner`
  if (functionOwner) return `can become ${names.functionOwner}, which reads all memberships`
  return null
}
