import type { DefaultPrivilege, RoleName } from './schema-model.ts'

/** The key of default privileges in the model. */
export function defaultPrivilegeKey(
  privilege: Pick<
    DefaultPrivilege,
    'forRole' | 'namespace' | 'objects' | 'grantee' | 'grantable' | 'revoked'
  >,
): string {
  const { forRole, namespace, objects, grantee, grantable, revoked } = privilege
  return JSON.stringify([forRole, namespace, objects, grantee, grantable, revoked])
}

/** The key of a role membership in the model. */
export function membershipKey(role: RoleName, member: RoleName): string {
  return JSON.stringify([role, member])
}
