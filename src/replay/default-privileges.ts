import type { AlterDefaultPrivilegesStmt } from 'libpg-query'
import { defaultPrivilegeKey } from '../model/keys.ts'
import type { DefaultPrivilege, RoleName } from '../model/schema-model.ts'
import { as, strings } from '../sql/node.ts'
import type { StatementContext } from './context.ts'
import { builtInPublic, creatorOf, namedPrivileges } from './privileges.ts'
import { roleName, roleNames } from './roles.ts'

const objectKinds: Readonly<Record<string, DefaultPrivilege['objects']>> = {
  OBJECT_TABLE: 'tables',
  OBJECT_SEQUENCE: 'sequences',
  OBJECT_FUNCTION: 'routines',
  OBJECT_TYPE: 'types',
  OBJECT_SCHEMA: 'schemas',
  OBJECT_LARGEOBJECT: 'large-objects',
}

type Scope = Pick<DefaultPrivilege, 'forRole' | 'namespace' | 'objects' | 'grantee'>
type Kind = Pick<DefaultPrivilege, 'grantable' | 'revoked'>

/** ALTER DEFAULT PRIVILEGES: what is set for a namespace adds to what is set for all; only the latter can take away. */
export function alterDefaultPrivileges(
  { options, action }: AlterDefaultPrivilegesStmt,
  context: StatementContext,
): void {
  const objects = objectKinds[action?.objtype ?? '']
  if (action === undefined || objects === undefined) {
    context.unmodelled('ALTER DEFAULT PRIVILEGES of an unknown kind of object', null)
    return
  }
  const listed = (name: string) => {
    const option = (options ?? []).find((node) => as(node, 'DefElem')?.defname === name)
    return as(as(option, 'DefElem')?.arg, 'List')?.items
  }
  const specs = listed('roles')
  const named: (RoleName | null)[] = specs
    ? specs.map((spec) => roleName(context, as(spec, 'RoleSpec')))
    : [context.state.session.role]
  const roles = named.map((role) => creatorOf(context.state, role))
  const namespaces = strings(listed('schemas'))
  const privileges = namedPrivileges(action.privileges, objects).map(({ name }) => name)
  for (const forRole of roles) {
    for (const namespace of namespaces.length === 0 ? [null] : namespaces) {
      for (const grantee of roleNames(context, action.grantees)) {
        if (namespace === null && grantee === forRole) continue
        const scope = { forRole, namespace, objects, grantee }
        const grantOption = action.grant_option ?? false
        if (action.is_grant) grant(context, scope, privileges, grantOption)
        else revoke(context, scope, privileges, grantOption)
      }
    }
  }
}

function grant(
  context: StatementContext,
  scope: Scope,
  privileges: readonly string[],
  grantable: boolean,
): void {
  const taken = taking(scope, privileges)
  change(context, scope, { grantable: false, revoked: true }, (before) => without(before, taken))
  const added = grantable ? privileges : without(privileges, taken)
  change(context, scope, { grantable, revoked: false }, (before) => [...new Set([...before, ...added])])
}

function revoke(
  context: StatementContext,
  scope: Scope,
  privileges: readonly string[],
  grantOptionOnly: boolean,
): void {
  let lost: readonly string[] = []
  change(context, scope, { grantable: true, revoked: false }, (before) => {
    lost = before.filter((privilege) => privileges.includes(privilege))
    return without(before, privileges)
  })
  if (grantOptionOnly) {
    change(context, scope, { grantable: false, revoked: false }, (before) => [...before, ...lost])
    return
  }
  change(context, scope, { grantable: false, revoked: false }, (before) => without(before, privileges))
  const taken = taking(scope, privileges)
  change(context, scope, { grantable: false, revoked: true }, (before) => [...new Set([...before, ...taken])])
}

/** Of the privileges those that PUBLIC has without a grant, where the scope can take them away. */
function taking(scope: Scope, privileges: readonly string[]): readonly string[] {
  if (scope.namespace !== null || scope.grantee !== 'public') return []
  return builtInPublic[scope.objects].filter((privilege) => privileges.includes(privilege))
}

function without(list: readonly string[], gone: readonly string[]): string[] {
  return list.filter((item) => !gone.includes(item))
}

function change(
  context: StatementContext,
  scope: Scope,
  kind: Kind,
  next: (before: readonly string[]) => readonly string[],
): void {
  const { defaultPrivileges } = context.state
  const key = defaultPrivilegeKey({ ...scope, ...kind })
  const before = defaultPrivileges.get(key)?.privileges ?? []
  const privileges = next(before)
  if (privileges.length === before.length) return
  if (privileges.length === 0) defaultPrivileges.delete(key)
  else defaultPrivileges.set(key, { ...scope, ...kind, privileges, source: context.source })
}
