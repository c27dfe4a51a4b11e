import { isTable } from '../model/questions.ts'
import type { Relation, RelationId, SchemaModel } from '../model/schema-model.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import { resolveTenancy, type Tenancy, usualTenantKeys } from '../tenancy/tenancy.ts'
import { isBookkeeping } from './bookkeeping.ts'
import { functionsOfPolicies } from './called-functions.ts'
import { foreignKeys, isDeclaredGlobal, isGuarded, tenantKeyOf } from './category.ts'
import { evidentMemberships, keyOfMembers } from './evident-memberships.ts'
import { isSameName, stemOf, tenantKeyRank } from './tenant-key-names.ts'

export interface AssumedTenancy {
  readonly tenancy: Tenancy
  /** A sentence for each thing that was not declared and is taken from the tables. */
  readonly assumed: readonly string[]
}

/** Fills in what the declaration leaves out, from what the tables have. What is declared always wins. */
export function assumeTenancy(model: SchemaModel, declared: TenancyDeclaration): AssumedTenancy {
  const assumed: string[] = []
  let tenancy = resolveTenancy(declared)
  const tables = tablesOfTenancy(model, tenancy)

  if (declared.tenantKey === undefined) {
    const found = mostUsedKey(tables)
    const guessed = found === null ? keyOfMembers(tables) : null
    if (guessed !== null) {
      tenancy = { ...tenancy, tenantKey: guessed.key }
      const count = tables.filter((table) => hasColumn(table, guessed.key)).length
      assumed.push(
        `the tenant key is ${guessed.key}, of which ${guessed.relation} has the members; ${count} of ${tables.length} tables have it`,
      )
    } else if (found === null) {
      assumed.push(
        `no table has a tenant key of a usual name (${usualTenantKeys.join(', ')}); declare tenancy.tenantKey`,
      )
    } else {
      tenancy = { ...tenancy, tenantKey: found.key }
      assumed.push(`the tenant key is ${found.key}, which ${found.count} of ${tables.length} tables have`)
    }
  }
  if (declared.tenants === undefined) {
    const tenants = mostReferenced(tables, tenancy.tenantKey) ?? namedAfterKey(tables, tenancy.tenantKey)
    if (tenants !== null) {
      tenancy = { ...tenancy, tenants }
      assumed.push(`the table of tenants is ${tenants}`)
    }
  }
  const otherKeys = keysOfOtherNames(tables, tenancy)
  if (otherKeys.length > 0) {
    tenancy = { ...tenancy, tenantKeys: { ...Object.fromEntries(otherKeys), ...tenancy.tenantKeys } }
    assumed.push(...keySentences(otherKeys))
  }
  if (declared.memberships === undefined) {
    const memberships = evidentMemberships(tables, tenancy)
    if (memberships !== null) {
      tenancy = { ...tenancy, memberships }
      assumed.push(`the table of memberships is ${memberships.relation} (user: ${memberships.userKey})`)
    }
  }
  for (const table of tables) {
    const key = tenantKeyOf(model, tenancy, table)
    if (key === null || !isDeclaredGlobal(tenancy, table)) continue
    assumed.push(
      `${table.id} is declared global and has the tenant key ${key}: it is judged as a table of tenants`,
    )
  }
  if (declared.context?.functions === undefined) {
    const called = functionsOfPolicies(model, tenancy, tables)
    if (called.length > 0) assumed.push(functionSentence(called))
  }
  return { tenancy, assumed }
}

/** The tables from which a tenancy is told: guarded ones, partitions as their root, and no tool's bookkeeping. */
export function tablesOfTenancy(model: SchemaModel, tenancy: Tenancy): Relation[] {
  return [...model.relations.values()]
    .filter((relation) => isTable(relation) && relation.partitionOf === null && !isBookkeeping(relation))
    .filter((relation) => isGuarded(model, tenancy, relation))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Bodies are not judged, so that whoever relies on a function should have read it. */
function functionSentence(called: readonly string[]): string {
  const shown = called.length > 4 ? [...called.slice(0, 3), `${called.length - 3} more`] : called
  return `functions that policies call do what their bodies mention: ${shown.join(', ')}; read them, and declare tenancy.context.functions`
}

function hasColumn(relation: Relation, column: string): boolean {
  return relation.columns.some(({ name }) => name === column)
}

function mostUsedKey(tables: readonly Relation[]): { key: string; count: number } | null {
  const counts = new Map<string, number>()
  for (const { columns } of tables) {
    for (const { name } of columns) {
      if (tenantKeyRank(name) !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  const rank = (key: string) => tenantKeyRank(key) ?? Number.POSITIVE_INFINITY
  const [best] = [...counts].sort(
    ([a, countA], [b, countB]) => countB - countA || rank(a) - rank(b) || (a < b ? 1 : -1),
  )
  return best === undefined ? null : { key: best[0], count: best[1] }
}

/** The table that most foreign keys of the tenant key refer to. */
function mostReferenced(tables: readonly Relation[], key: string): RelationId | null {
  const counts = new Map<RelationId, number>()
  for (const table of tables) {
    for (const { columns, references } of foreignKeys(table)) {
      if (references === null || columns.length !== 1 || columns[0] !== key) continue
      if (references.relation === table.id) continue
      counts.set(references.relation, (counts.get(references.relation) ?? 0) + 1)
    }
  }
  let best: [RelationId | null, number] = [null, 0]
  for (const [id, count] of counts) if (count > best[1]) best = [id, count]
  return best[0]
}

/** `tenants` for `tenant_id`, where no foreign key tells. */
function namedAfterKey(tables: readonly Relation[], key: string): RelationId | null {
  const stem = stemOf(key)
  const plural = stem.endsWith('y') ? `${stem.slice(0, -1)}ies` : `${stem}s`
  const named = tables.find(({ name }) => [stem, plural].includes(name.toLowerCase()))
  return named?.id ?? null
}

/**
 * Tables without the tenant key that have it under another name: a usual one that refers to the tenants, another spelling, or
 * a name that refers to the tenants where it has a foreign key.
 */
function keysOfOtherNames(tables: readonly Relation[], tenancy: Tenancy): [RelationId, string][] {
  const toTenants = (table: Relation) =>
    foreignKeys(table).flatMap(({ columns, references }) =>
      columns.length === 1 && references?.relation === tenancy.tenants ? columns : [],
    )
  const proven = new Set(tenancy.tenants === null ? [] : tables.flatMap(toTenants))
  return tables.flatMap((table): [RelationId, string][] => {
    if (table.id === tenancy.tenants || table.id in tenancy.tenantKeys) return []
    if (hasColumn(table, tenancy.tenantKey)) return []
    const names = table.columns.map(({ name }) => name)
    const referring = toTenants(table)
    const bound = new Set(foreignKeys(table).flatMap(({ columns }) => columns))
    const free = names.filter((name) => !bound.has(name))
    const [key, ...others] =
      [
        referring
          .filter((name) => tenantKeyRank(name) !== undefined)
          .sort(byRank)
          .slice(0, 1),
        free.filter((name) => isSameName(name, tenancy.tenantKey)),
        referring.length > 0 ? [] : free.filter((name) => proven.has(name)),
      ].find((found) => found.length > 0) ?? []
    return key === undefined || others.length > 0 ? [] : [[table.id, key]]
  })
}

function byRank(one: string, other: string): number {
  return (tenantKeyRank(one) ?? 0) - (tenantKeyRank(other) ?? 0)
}

const shown = 3

/** One sentence for each name, however many tables have it. */
function keySentences(keys: readonly (readonly [RelationId, string])[]): string[] {
  const byKey = new Map<string, RelationId[]>()
  for (const [id, key] of keys) byKey.set(key, [...(byKey.get(key) ?? []), id])
  return [...byKey].map(([key, ids]) => {
    const more = ids.length - shown
    const named = ids.slice(0, shown).join(', ') + (more > 0 ? ` and ${more} more` : '')
    return `the tenant key of ${named} is ${key}`
  })
}
