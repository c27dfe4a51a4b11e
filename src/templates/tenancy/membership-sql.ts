import type { Blueprint } from '../blueprint.ts'
import { tenantSetting, userSetting } from '../context-expressions.ts'
import { identifier, literal, qualified, textArray } from '../names.ts'
import { isCurrent } from './context-functions.ts'
import { isCreated, type TenancyOptions } from './options.ts'
import { forbidden, refuse } from './refuse.ts'

/** The parts that the functions on memberships share, as SQL in which the row is called `m`. */
export interface MembershipSql {
  readonly table: string
  readonly tenant: string
  readonly user: string
  readonly role: string
  readonly acceptedAt: string | null
  readonly revokedAt: string | null
  /** A column that only the table of ours has. */
  readonly invitedBy: string | null
  /** `and m.accepted_at is not null and m.revoked_at is null` */
  readonly andCurrent: string
  /** `and m.revoked_at is null`: members and those who are invited. */
  readonly andNotRevoked: string
  /** The role of the owners of a tenant. */
  readonly owner: string
  /** Type of the column of roles, which may be an enum where the table was there already. */
  readonly roleType: string
}

export function membershipSql(blueprint: Blueprint, options: TenancyOptions): MembershipSql {
  const { memberships, memberRoles } = blueprint
  const optional = (column: string | null) => (column === null ? null : identifier(column))
  const revokedAt = optional(memberships.revokedAt)
  return {
    table: qualified(memberships),
    tenant: identifier(memberships.tenantKey),
    user: identifier(memberships.userKey),
    role: identifier(memberships.role),
    acceptedAt: optional(memberships.acceptedAt),
    revokedAt,
    invitedBy: isCreated('memberships', options) ? 'invited_by' : null,
    andCurrent: isCurrent(blueprint)
      .map((condition) => ` and ${condition}`)
      .join(''),
    andNotRevoked: revokedAt === null ? '' : ` and m.${revokedAt} is null`,
    owner: literal(memberRoles[0]),
    roleType: `${qualified(memberships)}.${identifier(memberships.role)}%type`,
  }
}

/**
 * What every function that manages members declares. Names of variables win over those of columns, which are always written behind their
 * table.
 *
 *     tenant constant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
 *     caller constant uuid := nullif(current_setting('app.user_id', true), '')::uuid;
 *     ranks constant text[] := array['owner', 'admin', 'member'];
 *     caller_role text;
 */
export function declarations(blueprint: Blueprint): string {
  return [
    `  tenant constant ${blueprint.keyType} := ${tenantSetting(blueprint)};`,
    `  caller constant ${blueprint.userKeyType} := ${userSetting(blueprint)};`,
    `  ranks constant text[] := ${textArray(blueprint.memberRoles)};`,
    '  caller_role text;',
  ].join('\n')
}

/**
 * Locks the rows that the decision rests on, always in the same order: those of the caller, of the member concerned and of the owners of the
 * tenant. Whoever comes second decides on what the first left, so that two owners can't revoke each other. Strangers lock nothing. Then
 * reads the caller's role.
 */
export function lockAndReadCaller(sql: MembershipSql): string {
  const own = `m.${sql.tenant} = tenant and m.${sql.user} = caller`
  return `${refuse(
    `not exists (select from ${sql.table} as m where ${own}${sql.andNotRevoked})`,
    forbidden,
    'the user of the context does not belong to this tenant',
  )}
  perform from ${sql.table} as m
    where m.${sql.tenant} = tenant and (m.${sql.user} in (caller, member) or m.${sql.role}::text = ${sql.owner})
    order by m.${sql.user}
    for update;
  caller_role := (
    select m.${sql.role}::text from ${sql.table} as m
    where ${own}${sql.andCurrent}
  );`
}
