import type { Node, RoleSpec } from 'libpg-query'
import type { Role, RoleName } from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import type { StatementContext } from './context.ts'
import type { State } from './state.ts'

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

/** What CREATE ROLE makes where nothing else is said, and what is assumed of a role that was made outside the history. */
export function plainRole(name: RoleName): Role {
  return {
    name,
    superuser: false,
    bypassRowSecurity: false,
    login: false,
    inherit: true,
    createRole: false,
    replication: false,
    settings: [],
    source: null,
  }
}

/** The role goes, and with it its memberships. */
export function dropRole(state: State, name: RoleName): void {
  state.roles.delete(name)
  for (const [key, { role, member }] of [...state.roleMemberships]) {
    if (role === name || member === name) state.roleMemberships.delete(key)
  }
}
