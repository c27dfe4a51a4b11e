import type { Blueprint } from '../blueprint.ts'
import { textArray } from '../names.ts'
import { declarations, lockAndReadCaller, type MembershipSql, membershipSql } from './membership-sql.ts'
import { managersOf, type TenancyOptions } from './options.ts'
import { forbidden, invalid, missing, refuse } from './refuse.ts'
import type { Routine } from './routine.ts'

/**
 * `app.invite_member(member, role)`, `app.revoke_member(member)` and `app.change_member_role(member, role)` for the tenant of the context,
 * and `app.accept_invitation(tenant)` for the user of the context. Nobody gives, changes or takes a role above his own; a tenant keeps an
 * owner.
 */
export function memberRoutines(blueprint: Blueprint, options: TenancyOptions): readonly Routine[] {
  const sql = membershipSql(blueprint, options)
  const managers = textArray(managersOf(blueprint, options))
  const { appRole, keyType, userKeyType } = blueprint
  const common = { returns: 'void', behaviour: 'volatile', callers: [appRole] }
  const member = { name: 'member', type: userKeyType }
  const role = { name: 'role', type: 'text' }
  const accept: Routine = {
    ...common,
    name: 'accept_invitation',
    parameters: [{ name: 'tenant', type: keyType }],
    body: acceptBody(blueprint, sql),
  }
  return [
    {
      ...common,
      name: 'invite_member',
      parameters: [member, role],
      body: inviteBody(blueprint, sql, managers),
    },
    ...(sql.acceptedAt === null ? [] : [accept]),
    { ...common, name: 'revoke_member', parameters: [member], body: revokeBody(blueprint, sql, managers) },
    {
      ...common,
      name: 'change_member_role',
      parameters: [member, role],
      body: changeBody(blueprint, sql, managers),
    },
  ]
}

function inviteBody(blueprint: Blueprint, sql: MembershipSql, managers: string): string {
  const pending = sql.acceptedAt === null ? '' : `, ${sql.acceptedAt} = null`
  const inviter = sql.invitedBy === null ? '' : `, ${sql.invitedBy} = caller`
  const [inviterColumn, inviterValue] = sql.invitedBy === null ? ['', ''] : [`, ${sql.invitedBy}`, ', caller']
  const reinvite =
    sql.revokedAt === null
      ? ''
      : `  update ${sql.table} as m
    set ${sql.role} = given_role${inviter}${pending}, ${sql.revokedAt} = null
    where m.${sql.tenant} = tenant and m.${sql.user} = member and m.${sql.revokedAt} is not null;
  if found then
    return;
  end if;
`
  return `#variable_conflict use_variable
declare
${declarations(blueprint)}
  given_role ${sql.roleType};
begin
${refuse('member is null', invalid, 'who is invited is missing')}
${knownRole}
${lockAndReadCaller(sql)}
${mayManage(managers)}
${notAbove('role')}
  given_role := role;
${reinvite}  insert into ${sql.table} (${sql.tenant}, ${sql.user}, ${sql.role}${inviterColumn})
    values (tenant, member, given_role${inviterValue});
end`
}

function acceptBody(blueprint: Blueprint, sql: MembershipSql): string {
  const caller = declarations(blueprint)
    .split('\n')
    .filter((line) => line.startsWith('  caller constant'))
  return `#variable_conflict use_variable
declare
${caller.join('\n')}
begin
  update ${sql.table} as m
    set ${sql.acceptedAt} = now()
    where m.${sql.tenant} = tenant and m.${sql.user} = caller
      and m.${sql.acceptedAt} is null${sql.andNotRevoked};
${refuse('not found', missing, 'the user of the context is not invited to this tenant')}
end`
}

function revokeBody(blueprint: Blueprint, sql: MembershipSql, managers: string): string {
  const target = `m.${sql.tenant} = tenant and m.${sql.user} = member`
  const revoke =
    sql.revokedAt === null
      ? `delete from ${sql.table} as m\n    where ${target}`
      : `update ${sql.table} as m\n    set ${sql.revokedAt} = now()\n    where ${target}${sql.andNotRevoked}`
  return `#variable_conflict use_variable
declare
${declarations(blueprint)}
  member_role text;
begin
${lockAndReadCaller(sql)}
${readMember(sql)}
  if member is distinct from caller then
${indent(mayManage(managers))}
  end if;
${isThere}
${notAbove('member_role')}
${keepsOwner(sql)}
  ${revoke};
end`
}

function changeBody(blueprint: Blueprint, sql: MembershipSql, managers: string): string {
  return `#variable_conflict use_variable
declare
${declarations(blueprint)}
  member_role text;
  given_role ${sql.roleType};
begin
${knownRole}
${lockAndReadCaller(sql)}
${mayManage(managers)}
${readMember(sql)}
${isThere}
${notAbove('member_role')}
${notAbove('role')}
  if role is distinct from ${sql.owner} then
${indent(keepsOwner(sql))}
  end if;
  given_role := role;
  update ${sql.table} as m
    set ${sql.role} = given_role
    where m.${sql.tenant} = tenant and m.${sql.user} = member${sql.andNotRevoked};
end`
}

const knownRole = refuse(
  'role is null or array_position(ranks, role) is null',
  invalid,
  'members have no role %L: they can be %s',
  `role, array_to_string(ranks, ', ')`,
)

const isThere = refuse('member_role is null', missing, 'this tenant has no such member')

function mayManage(managers: string): string {
  return refuse(
    `caller_role is null or caller_role <> all (${managers})`,
    forbidden,
    'the user of the context may not manage the members of this tenant',
  )
}

/** A role that the declaration doesn't know, of a table that was there already, counts as above all. */
function notAbove(role: string): string {
  return refuse(
    `coalesce(array_position(ranks, ${role}), 0) < array_position(ranks, caller_role)`,
    forbidden,
    'the role %s is above that of the user of the context, %s',
    `${role}, caller_role`,
  )
}

function readMember(sql: MembershipSql): string {
  return `  member_role := (
    select m.${sql.role}::text from ${sql.table} as m
    where m.${sql.tenant} = tenant and m.${sql.user} = member${sql.andNotRevoked}
  );`
}

/** An owner goes only where another one stays. */
function keepsOwner(sql: MembershipSql): string {
  const owners = (further: string) => `exists (
      select from ${sql.table} as m
      where m.${sql.tenant} = tenant and m.${sql.user} ${further} and m.${sql.role}::text = ${sql.owner}${sql.andCurrent}
    )`
  return refuse(
    `${owners('= member')} and not ${owners('<> member')}`,
    forbidden,
    'a tenant keeps an owner: this is the last one',
  )
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
