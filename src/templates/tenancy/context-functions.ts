import type { Blueprint } from '../blueprint.ts'
import { contextFunction, tenantSetting, userSetting } from '../context-expressions.ts'
import { identifier, qualified } from '../names.ts'
import type { Routine } from './routine.ts'

/**
 * `app.current_user_id()`: the user of the context, as it is told; an ordinary function that a query takes in.
 *
 *     create function app.current_user_id() returns uuid
 *       language sql stable parallel safe
 *       return nullif(current_setting('app.user_id', true), '')::uuid
 */
export function createCurrentUserId(blueprint: Blueprint, orReplace: boolean): string {
  const value = blueprint.platform === 'supabase' ? 'auth.uid()' : userSetting(blueprint)
  return [
    `create ${orReplace ? 'or replace ' : ''}function ${contextFunction(blueprint, 'current_user_id')}()`,
    `  returns ${blueprint.userKeyType}`,
    '  language sql stable parallel safe',
    `  return ${value}`,
  ].join('\n')
}

/** What makes a row of memberships, called `m`, count: `m.accepted_at is not null and m.revoked_at is null`. */
export function isCurrent({ memberships }: Blueprint): readonly string[] {
  const { acceptedAt, revokedAt } = memberships
  return [
    ...(acceptedAt === null ? [] : [`m.${identifier(acceptedAt)} is not null`]),
    ...(revokedAt === null ? [] : [`m.${identifier(revokedAt)} is null`]),
  ]
}

/**
 * `app.current_tenant_id()` and `app.current_tenant_id(array['owner', 'admin'])`: the tenant of the context, where a current membership of
 * the user of the context stands behind it; null otherwise.
 *
 *     perform from public.memberships as m
 *       where m.tenant_id = tenant and m.user_id = caller and m.accepted_at is not null and m.revoked_at is null;
 *     if found then
 *       return tenant;
 *     end if;
 *
 * Of the forms that ask the same this is the fastest one: settings are read into variables, and no row is fetched into an expression.
 */
export function currentTenantIds(blueprint: Blueprint): readonly Routine[] {
  const common = {
    name: 'current_tenant_id',
    returns: blueprint.keyType,
    behaviour: 'stable parallel safe',
    callers: [blueprint.appRole],
  }
  const ofRoles = `m.${identifier(blueprint.memberships.role)}::text = any (current_tenant_id.roles)`
  return [
    { ...common, parameters: [], body: currentTenantBody(blueprint, []) },
    {
      ...common,
      parameters: [{ name: 'roles', type: 'text[]' }],
      body: currentTenantBody(blueprint, [ofRoles]),
    },
  ]
}

function currentTenantBody(blueprint: Blueprint, further: readonly string[]): string {
  const { memberships, keyType, userKeyType } = blueprint
  const conditions = [
    `m.${identifier(memberships.tenantKey)} = tenant`,
    `m.${identifier(memberships.userKey)} = caller`,
    ...isCurrent(blueprint),
    ...further,
  ]
  return `#variable_conflict use_variable
declare
  tenant constant ${keyType} := ${tenantSetting(blueprint)};
  caller constant ${userKeyType} := ${userSetting(blueprint)};
begin
  perform from ${qualified(memberships)} as m
    where ${conditions.join(' and ')};
  if found then
    return tenant;
  end if;
  return null;
end`
}
