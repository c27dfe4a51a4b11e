import { usualTenantKeys } from '../tenancy/tenancy.ts'

const ranks: ReadonlyMap<string, number> = new Map(usualTenantKeys.map((name, rank) => [wordOf(name), rank]))

/** What the spellings of a name have in common: `tenant_id`, `tenantId`, `TENANTID`; `organisation_id` as `organization_id`. */
function wordOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '').replace('organisation', 'organization')
}

/** How telling a name is as that of a tenant key, 0 the most; undefined where it is no usual one. */
export function tenantKeyRank(column: string): number | undefined {
  return ranks.get(wordOf(column))
}

/** Whether two names differ in their spelling alone. */
export function isSameName(one: string, other: string): boolean {
  return wordOf(one) === wordOf(other)
}

/** `tenant` of `tenant_id` and of `tenantId`. */
export function stemOf(key: string): string {
  const lower = key.toLowerCase()
  return lower.endsWith('_id') ? lower.slice(0, -3) : lower.endsWith('id') ? lower.slice(0, -2) : lower
}
