import { defaultPrivilegeKey, membershipKey } from '../model/keys.ts'
import type { Grant, RoleName } from '../model/schema-model.ts'
import { assign, mapShared } from './expressions.ts'
import type { State } from './state.ts'

/** Renames a role wherever it owns, is granted or is meant. */
export function renameRole(state: State, from: RoleName, to: RoleName): void {
  const renamed = <R extends RoleName | null>(role: R): R | RoleName => (role === from ? to : role)
  const roles = (names: readonly RoleName[]) => mapShared(names, renamed)
  const grants = (list: readonly Grant[]) =>
    mapShared(list, (grant) => assign(grant, { grantee: renamed(grant.grantee) }))
  const role = state.roles.get(from)
  if (role !== undefined) {
    state.roles.delete(from)
    state.roles.set(to, { ...role, name: to })
  }
  state.namespaces.replaceEach((each) =>
    assign(each, { owner: renamed(each.owner), grants: grants(each.grants) }),
  )
  state.relations.replaceEach((each) =>
    assign(each, {
      owner: renamed(each.owner),
      grants: grants(each.grants),
      policies: mapShared(each.policies, (policy) => assign(policy, { roles: roles(policy.roles) })),
    }),
  )
  state.routines.replaceEach((each) =>
    assign(each, { owner: renamed(each.owner), grants: grants(each.grants) }),
  )
  state.sequences.replaceEach((each) =>
    assign(each, { owner: renamed(each.owner), grants: grants(each.grants) }),
  )
  state.types.replaceEach((each) => assign(each, { owner: renamed(each.owner) }))
  for (const [key, before] of [...state.roleMemberships]) {
    const after = assign(before, { role: renamed(before.role), member: renamed(before.member) })
    if (after === before) continue
    state.roleMemberships.delete(key)
    state.roleMemberships.set(membershipKey(after.role, after.member), after)
  }
  for (const [key, before] of [...state.defaultPrivileges]) {
    const after = assign(before, { forRole: renamed(before.forRole), grantee: renamed(before.grantee) })
    if (after === before) continue
    state.defaultPrivileges.delete(key)
    state.defaultPrivileges.set(defaultPrivilegeKey(after), after)
  }
}
