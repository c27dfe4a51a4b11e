import type { Node, RoleSpec } from 'libpg-query'
import type { RoleName } from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import type { StatementContext } from './context.ts'

/**
 * The roles that a list of role specifications names, each once. One that means the role that runs the migrations,
 * which a replay doesn't know, is listed as `current_user`.
 */
export function roleNames(context: StatementContext, specs: readonly Node[] | undefined): RoleName[] {
  return [...new Set((specs ?? []).map((spec) => roleName(context, as(spec, 'RoleSpec')) ?? 'current_user'))]
}

/** The role that a specification names, `public` for PUBLIC; null for the role that runs the migrations. */
export function roleName(context: StatementContext, spec: RoleSpec | undefined): RoleName | null {
  const { session } = context.state
  switch (spec?.roletype) {
    case 'ROLESPEC_PUBLIC':
      return 'public'
    case 'ROLESPEC_CURRENT_USER':
    case 'ROLESPEC_CURRENT_ROLE':
      return session.role
    case 'ROLESPEC_SESSION_USER':
      return session.settings.get('session_authorization') ?? null
    default:
      return spec?.rolename ?? null
  }
}
