import { isTable } from '../model/questions.ts'
import type { Relation, RelationId, SchemaModel } from '../model/schema-model.ts'
import { resolveTenancy, type TenancyDeclaration } from '../tenancy/declaration.ts'
import { type Memberships, type Tenancy, usualTenantKeys } from '../tenancy/tenancy.ts'
import { isBookkeeping } from './bookkeeping.ts'
import { foreignKeys, isGuarded } from './category.ts'
import { memberColumn } from './user-columns.ts'

export interface AssumedTenancy {
  readonly tenancy: Tenancy
  /** A sentence for each thing that was not declared and is taken from the tables. */
  readonly assumed: readonly string[]
}

/** Fills in what the declaration leaves out, from what the tables have. What is declared always wins. */
export function assumeTenancy(model: SchemaModel, declared: TenancyDeclaration): AssumedTenancy {
  const assumed: string[] = []
  let tenancy = resolveTenancy(declared)
  const tables = [...model.relations.values()]
    .filter((relation) => isTable(relation) && relation.partitionOf === null && !isBookkeeping(relation))
    .filter((relation) => isGuarded(model, tenancy, relation))
    .sort((a, b) => (a.id < b.id ? -1 : 1))

  if (declared.tenantKey === undefined) {
    const found = mostUsedKey(tables)
    if (found === null) {
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
    for (const [id, key] of otherKeys) assumed.push(`the tenant key of ${id} is ${key}`)
  }
  if (declared.memberships === undefined) {
    const memberships = evidentMemberships(tables, tenancy)
    if (memberships !== null) {
      tenancy = { ...tenancy, memberships }
      assumed.push(`the table of memberships is ${memberships.relation} (user: ${memberships.userKey})`)
    }
  }
  return { tenancy, assumed }
}

/** Usual names as SQL writes them and as object mappers do: `tenant_id`, `tenantId`. */
const keyNames: readonly string[] = usualTenantKeys.flatMap((name) => [name, camelCase(name)])

function camelCase(name: string): string {
  const [first = '', ...rest] = name.split('_')
  return first + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function hasColumn(relation: Relation, column: string): boolean {
  return relation.columns.some(({ name }) => name === column)
}

function mostUsedKey(tables: readonly Relation[]): { key: string; count: number } | null {
  let best: { key: string; count: number } | null = null
  for (const key of keyNames) {
    const count = tables.filter((table) => hasColumn(table, key)).length
    if (count > (best?.count ?? 0)) best = { key, count }
  }
  return best
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

function stemOf(key: string): string {
  const lower = key.toLowerCase()
  return lower.endsWith('_id') ? lower.slice(0, -3) : lower.endsWith('id') ? lower.slice(0, -2) : lower
}

/** Tables without the tenant key whose column of another usual name refers to the same table of tenants. */
function keysOfOtherNames(tables: readonly Relation[], tenancy: Tenancy): [RelationId, string][] {
  return tables.flatMap((table): [RelationId, string][] => {
    if (table.id === tenancy.tenants || table.id in tenancy.tenantKeys) return []
    if (hasColumn(table, tenancy.tenantKey)) return []
    const key = keyNames.find((name) =>
      foreignKeys(table).some(
        ({ columns, references }) =>
          columns.length === 1 && columns[0] === name && references?.relation === tenancy.tenants,
      ),
    )
    return key === undefined ? [] : [[table.id, key]]
  })
}

/** The table of tenant key and user whose name or key says that it is about nothing else. */
function evidentMemberships(tables: readonly Relation[], tenancy: Tenancy): Memberships | null {
  const candidates = tables.flatMap((table) => {
    const tenantKey = tenancy.tenantKeys[table.id] ?? tenancy.tenantKey
    if (table.id === tenancy.tenants || !hasColumn(table, tenantKey)) return []
    const userKey = memberColumn(table)
    if (userKey === null) return []
    const name = table.name.toLowerCase()
    const isNamedSo = name.includes('member') || (name.includes('user') && name.includes(stemOf(tenantKey)))
    const isPair = table.constraints.some(
      ({ kind, columns }) =>
        (kind === 'primary-key' || kind === 'unique') &&
        columns.length === 2 &&
        columns.includes(tenantKey) &&
        columns.includes(userKey),
    )
    const evidence = (isNamedSo ? 2 : 0) + (isPair ? 1 : 0)
    return evidence === 0 ? [] : [{ table, tenantKey, userKey, evidence }]
  })
  const [best] = candidates.sort((a, b) => b.evidence - a.evidence)
  if (best === undefined) return null
  const role = hasColumn(best.table, 'role') ? 'role' : null
  return { relation: best.table.id, tenantKey: best.tenantKey, userKey: best.userKey, role }
}
