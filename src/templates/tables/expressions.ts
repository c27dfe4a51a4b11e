import type { Blueprint } from '../blueprint.ts'

export function tenantSetting(blueprint: Blueprint): string {
  const setting = `nullif(current_setting('${blueprint.tenantSetting}', true), '')`
  return blueprint.keyType === 'text' ? setting : `(${setting})::${blueprint.keyType}`
}

export function verifiedTenant(blueprint: Blueprint, roles: readonly string[] | null): string {
  const args = roles === null ? '' : `array[${roles.map((role) => `'${role}'`).join(', ')}]`
  return `(select ${blueprint.contextNamespace}.current_tenant_id(${args}))`
}

export function supportTenant(blueprint: Blueprint): string {
  return `(select ${blueprint.contextNamespace}.support_tenant_id())`
}

export function taskIsOpen(blueprint: Blueprint, task: string): string {
  return `(select ${blueprint.contextNamespace}.system_task_is_open('${task}'))`
}

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
