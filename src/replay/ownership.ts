import type { Grant, RoleName } from '../model/schema-model.ts'
import type { StatementContext } from './context.ts'
import { dropNamespace, dropRelation, dropRoutine, dropSequence, dropType } from './drop.ts'
import type { JournaledMap } from './journal.ts'
import { ownedBy } from './privileges.ts'
import type { State } from './state.ts'

/** REASSIGN OWNED: everything that `from` owns goes to `to`; null is the role that runs the migrations. */
export function reassignOwned(state: State, from: RoleName | null, to: RoleName | null): void {
  const reassign = <V extends { readonly owner: RoleName | null; readonly grants: readonly Grant[] }>(
    map: JournaledMap<V>,
  ) => map.replaceEach((object) => (object.owner === from ? { ...object, ...ownedBy(object, to) } : object))
  reassign(state.namespaces)
  reassign(state.relations)
  reassign(state.routines)
  reassign(state.sequences)
  state.types.replaceEach((type) => (type.owner === from ? { ...type, owner: to } : type))
}

/** DROP OWNED: what the role owns is dropped, and what was granted to it is taken back, in policies too. */
export function dropOwned(context: StatementContext, role: RoleName): void {
  const { state } = context
  const owned = (map: Iterable<[string, { readonly owner: RoleName | null }]>) =>
    [...map].filter(([, { owner }]) => owner === role).map(([key]) => key)
  for (const id of owned(state.relations)) dropRelation(context, id, true)
  for (const id of owned(state.sequences)) dropSequence(context, id, true)
  for (const id of owned(state.routines)) dropRoutine(context, id, true)
  for (const id of owned(state.types)) dropType(context, id, true)
  for (const name of owned(state.namespaces)) dropNamespace(context, name, true)
  withdraw(state, role)
}

function withdraw(state: State, role: RoleName): void {
  withdrawGrants(state.relations, role)
  state.relations.replaceEach((relation) => {
    if (!relation.policies.some(({ roles }) => roles.includes(role))) return relation
    const policies = relation.policies
      .map((policy) => ({ ...policy, roles: policy.roles.filter((each) => each !== role) }))
      .filter(({ roles }) => roles.length > 0)
    return { ...relation, policies }
  })
  withdrawGrants(state.namespaces, role)
  withdrawGrants(state.routines, role)
  withdrawGrants(state.sequences, role)
  for (const [key, { grantee, forRole }] of [...state.defaultPrivileges]) {
    if (grantee === role || forRole === role) state.defaultPrivileges.delete(key)
  }
}

function withdrawGrants<V extends { readonly grants: readonly Grant[] }>(
  map: JournaledMap<V>,
  role: RoleName,
): void {
  map.replaceEach((object) => {
    const grants = object.grants.filter(({ grantee }) => grantee !== role)
    return grants.length === object.grants.length ? object : { ...object, grants }
  })
}
