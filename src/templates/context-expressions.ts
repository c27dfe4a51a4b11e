import type { Blueprint } from './blueprint.ts'
import { literal, qualified, textArray } from './names.ts'

/**
 * The tenant of the context as the setting has it, whether or not the user belongs to it; null where there is none. For the restrictive
 * barrier and for the default of tenant keys. What lets rows in goes through `currentTenant`.
 *
 *     nullif(current_setting('app.tenant_id', true), '')::uuid
 *
 * After a transaction a setting that was local to it reads '', not null. On Supabase the claim `app_metadata.tenant_id` of the token
 * stands in where the setting is not there.
 */
export function tenantSetting(blueprint: Blueprint): string {
  const { tenantSetting: setting, tenantKey, keyType, platform } = blueprint
  const set = textOfSetting(setting)
  if (platform !== 'supabase') return typed(set, keyType)
  const claim = `${textOfSetting('request.jwt.claims')}::jsonb -> 'app_metadata' ->> ${literal(tenantKey)}`
  return typed(`coalesce(${set}, ${claim})`, keyType)
}

/**
 * The user of the context; null where there is none.
 *
 *     nullif(current_setting('app.user_id', true), '')::uuid
 *
 * On Supabase that of `auth.uid()`, through a function of the context, for the owner of the functions may not use the namespace auth.
 */
export function userSetting(blueprint: Blueprint): string {
  const { userSetting: setting, userKeyType, platform } = blueprint
  if (platform === 'supabase') return `${contextFunction(blueprint, 'current_user_id')}()`
  return typed(textOfSetting(setting), userKeyType)
}

/**
 * The tenant of the context where the user of the context is a member of it, in one of the roles where some are given; null otherwise.
 * In a policy it belongs into `(select ...)`, so that it is found once for each reference to the table and not once for each row.
 *
 *     app.current_tenant_id()
 *     app.current_tenant_id(array['owner', 'admin'])
 */
export function currentTenant(blueprint: Blueprint, roles?: readonly string[]): string {
  return `${contextFunction(blueprint, 'current_tenant_id')}(${roles === undefined ? '' : textArray(roles)})`
}

/** Whether this transaction began the system task and logged it: `app.system_task_is_open('nightly-billing')`. */
export function systemTaskIsOpen(blueprint: Blueprint, task: string): string {
  return `${contextFunction(blueprint, 'system_task_is_open')}(${literal(task)})`
}

/** The tenant that this transaction opened for support and logged; null otherwise: `app.support_tenant_id()`. */
export function supportTenant(blueprint: Blueprint): string {
  return `${contextFunction(blueprint, 'support_tenant_id')}()`
}

/** The name of a function of the context: `app.create_tenant`. */
export function contextFunction(blueprint: Blueprint, name: string): string {
  return qualified({ namespace: blueprint.contextNamespace, name })
}

function textOfSetting(setting: string): string {
  return `nullif(current_setting(${literal(setting)}, true), '')`
}

function typed(text: string, type: Blueprint['keyType']): string {
  return type === 'text' ? text : `${text}::${type}`
}
