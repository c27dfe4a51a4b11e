import type { AlterRoleSetStmt, DefElem, Node } from 'libpg-query'
import { membershipKey } from '../../model/keys.ts'
import type { Role, RoleMembership, RoleName } from '../../model/schema-model.ts'
import { as } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { dropOwned, reassignOwned } from '../ownership.ts'
import { dropRole, plainRole, roleName, roleNames } from '../roles.ts'
import { applySetting } from '../setting-values.ts'

const attributes: Readonly<Record<string, keyof Role>> = {
  superuser: 'superuser',
  bypassrls: 'bypassRowSecurity',
  canlogin: 'login',
  inherit: 'inherit',
  createrole: 'createRole',
  isreplication: 'replication',
}

/** Roles that no statement created are taken as they come: they are made outside the migrations more often than not. */
export const roleStatements = {
  CreateRoleStmt({ role: name = '', stmt_type, options = [] }, context) {
    const role = { ...plainRole(name), login: stmt_type === 'ROLESTMT_USER' }
    context.state.roles.set(name, { ...withAttributes(role, options, context), source: context.source })
    for (const option of definitions(options)) {
      const others = roleNames(context, as(option.arg, 'List')?.items)
      for (const other of others) {
        if (option.defname === 'addroleto') addMembership(context, other, name, {})
        if (option.defname === 'rolemembers') addMembership(context, name, other, {})
        if (option.defname === 'adminmembers') addMembership(context, name, other, { admin: true })
      }
    }
  },

  AlterRoleStmt({ role: spec, options = [], action }, context) {
    const name = roleName(context, spec)
    if (name === null) return context.unmodelled('ALTER ROLE of the role that runs the migrations', [])
    const { roles } = context.state
    const role = roles.get(name) ?? { ...plainRole(name), source: context.source }
    roles.set(name, withAttributes(role, options, context))
    const members = definitions(options).find(({ defname }) => defname === 'rolemembers')
    for (const member of roleNames(context, as(members?.arg, 'List')?.items)) {
      if (action === 1) addMembership(context, name, member, {})
      else context.state.roleMemberships.delete(membershipKey(name, member))
    }
  },

  AlterRoleSetStmt(statement, context) {
    if (statement.role === undefined) return setForDatabase(statement, context)
    const { roles, session } = context.state
    const name = roleName(context, statement.role)
    if (name === null) return setForDatabase(statement, context)
    const role = roles.get(name) ?? { ...plainRole(name), source: context.source }
    const current = (setting: string) => session.settings.get(setting) ?? null
    roles.set(name, { ...role, settings: applySetting(role.settings, statement.setstmt, current) })
  },

  AlterDatabaseSetStmt(statement, context) {
    setForDatabase(statement, context)
  },

  DropRoleStmt({ roles }, context) {
    for (const name of roleNames(context, roles)) dropRole(context.state, name)
  },

  GrantRoleStmt({ granted_roles = [], grantee_roles, is_grant, opt = [] }, context) {
    const options = Object.fromEntries(
      definitions(opt).map(({ defname = '', arg }) => [defname, as(arg, 'Boolean')?.boolval ?? false]),
    )
    for (const node of granted_roles) {
      const role = as(node, 'AccessPriv')?.priv_name ?? ''
      for (const member of roleNames(context, grantee_roles)) {
        if (is_grant) addMembership(context, role, member, options)
        else revokeMembership(context, role, member, Object.keys(options))
      }
    }
  },

  DropOwnedStmt({ roles }, context) {
    for (const name of roleNames(context, roles)) dropOwned(context, name)
  },

  ReassignOwnedStmt({ roles, newrole }, context) {
    const to = roleName(context, newrole)
    for (const spec of roles ?? []) reassignOwned(context.state, roleName(context, as(spec, 'RoleSpec')), to)
  },
} satisfies Partial<Handlers>

function definitions(nodes: readonly Node[]): DefElem[] {
  return nodes.flatMap((node) => as(node, 'DefElem') ?? [])
}

function withAttributes(role: Role, options: readonly Node[], { source }: StatementContext): Role {
  const set = definitions(options).flatMap(({ defname = '', arg }) => {
    const attribute = attributes[defname]
    return attribute === undefined ? [] : [[attribute, as(arg, 'Boolean')?.boolval ?? false] as const]
  })
  return set.length === 0 ? role : { ...role, ...Object.fromEntries(set), source }
}

function addMembership(
  context: StatementContext,
  role: RoleName,
  member: RoleName,
  options: { admin?: boolean; inherit?: boolean; set?: boolean },
): void {
  const { roleMemberships } = context.state
  const key = membershipKey(role, member)
  const before = roleMemberships.get(key)
  roleMemberships.set(key, {
    role,
    member,
    admin: options.admin ?? before?.admin ?? false,
    inherit: options.inherit ?? before?.inherit ?? null,
    set: options.set ?? before?.set ?? true,
    source: context.source,
  } satisfies RoleMembership)
}

/** REVOKE ADMIN OPTION FOR and its like take the option alone, REVOKE the membership. */
function revokeMembership(
  context: StatementContext,
  role: RoleName,
  member: RoleName,
  options: readonly string[],
): void {
  const { roleMemberships } = context.state
  const key = membershipKey(role, member)
  const before = roleMemberships.get(key)
  if (before === undefined) return
  if (options.length === 0) roleMemberships.delete(key)
  else {
    const without = Object.fromEntries(options.map((option) => [option, false]))
    roleMemberships.set(key, { ...before, ...without, source: context.source })
  }
}

/** ALTER DATABASE SET, and ALTER ROLE ALL SET, which says the same for all roles. */
function setForDatabase({ setstmt }: Pick<AlterRoleSetStmt, 'setstmt'>, context: StatementContext): void {
  const { databaseSettings, session } = context.state
  if (setstmt?.kind === 'VAR_RESET_ALL') {
    for (const [name] of [...databaseSettings]) databaseSettings.delete(name)
    return
  }
  const name = setstmt?.name ?? ''
  const [setting] = applySetting([], setstmt, (each) => session.settings.get(each) ?? null)
  if (setting === undefined) databaseSettings.delete(name)
  else {
    const value = setting.slice(name.length + 1)
    databaseSettings.set(name, { name, value, source: context.source })
  }
}
