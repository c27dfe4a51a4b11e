import type { RoleName } from '../model/schema-model.ts'
import type { State } from './state.ts'

/**
 * The role in force, where it is known that it has nothing to say about what this owner owns: no superuser, and no member
 * of the owner. Null where it may be, as the role that runs the migrations is.
 */
export function strangerTo(state: State, owner: RoleName | null): RoleName | null {
  const { role } = state.session
  if (role === null || role === owner) return null
  const reached = reachedFrom(state, role)
  if (owner !== null) return reached.has(owner) || mayBeSuperuser(state, role) ? null : role
  return [...reached].some((each) => mayBeSuperuser(state, each) || state.platformRoles.has(each))
    ? null
    : role
}

/** A role that nothing created may be anything. */
function mayBeSuperuser(state: State, role: RoleName): boolean {
  return state.roles.get(role)?.superuser ?? true
}

/** The role and those that it is a member of, one way or another. */
function reachedFrom(state: State, role: RoleName): Set<RoleName> {
  const reached = new Set([role])
  for (const each of reached) {
    for (const membership of state.roleMemberships.values()) {
      if (membership.member === each) reached.add(membership.role)
    }
  }
  return reached
}
