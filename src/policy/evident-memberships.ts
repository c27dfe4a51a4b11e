import type { Relation, RelationId } from '../model/schema-model.ts'
import type { Memberships, Tenancy } from '../tenancy/tenancy.ts'
import { foreignKeys } from './category.ts'
import { stemOf } from './tenant-key-names.ts'
import { memberColumn } from './user-columns.ts'

/** The table of tenant key and user whose name and key say that it is about nothing else. */
export function evidentMemberships(tables: readonly Relation[], tenancy: Tenancy): Memberships | null {
  const candidates = tables.flatMap((table) => {
    const tenantKey = tenancy.tenantKeys[table.id] ?? tenancy.tenantKey
    if (table.id === tenancy.tenants || !hasColumn(table, tenantKey)) return []
    const userKey = memberColumn(table)
    if (userKey === null) return []
    const evidence =
      nameEvidence(table.name, tenantKey, tenancy.tenants) + pairEvidence(table, tenantKey, userKey)
    return evidence < 2 ? [] : [{ table, tenantKey, userKey, evidence }]
  })
  const [best] = candidates.sort((a, b) => b.evidence - a.evidence)
  if (best === undefined) return null
  const role = hasColumn(best.table, 'role') ? 'role' : null
  return { relation: best.table.id, tenantKey: best.tenantKey, userKey: best.userKey, role }
}

/** Where no table has a tenant key of a usual name: what a table of members refers to beside the user. */
export function keyOfMembers(tables: readonly Relation[]): { key: string; relation: RelationId } | null {
  const found = tables.flatMap((table) => {
    const userKey = memberColumn(table)
    if (userKey === null || !wordsOf(table.name).some((word) => members.has(word))) return []
    const [key, ...others] = foreignKeys(table).filter(({ columns }) => !columns.includes(userKey))
    const [column, ...more] = key?.columns ?? []
    if (column === undefined || others.length + more.length > 0) return []
    return [{ key: column, relation: table.id, count: tables.filter((one) => hasColumn(one, column)).length }]
  })
  const [best] = found.sort((a, b) => b.count - a.count)
  return best === undefined ? null : { key: best.key, relation: best.relation }
}

/** Words of a name that say that the table is about something beside who belongs to whom. */
const otherSubjects: ReadonlySet<string> = new Set([
  'activity',
  'activities',
  'api',
  'audit',
  'delete',
  'deleted',
  'event',
  'events',
  'favorite',
  'favorites',
  'history',
  'invitation',
  'invitations',
  'invite',
  'invites',
  'key',
  'keys',
  'log',
  'logs',
  'notification',
  'notifications',
  'permission',
  'permissions',
  'preference',
  'preferences',
  'request',
  'requests',
  'session',
  'sessions',
  'setting',
  'settings',
  'token',
  'tokens',
])

/** Words that say nothing more: `organization_user_roles`, `users_to_organizations`, `team_profile_rel`. */
const joints: ReadonlySet<string> = new Set([
  'access',
  'link',
  'links',
  'map',
  'rel',
  'role',
  'roles',
  'to',
  'x',
])

const members: ReadonlySet<string> = new Set(['member', 'members', 'membership', 'memberships'])
const users: ReadonlySet<string> = new Set(['user', 'users', 'profile', 'profiles'])

function nameEvidence(name: string, tenantKey: string, tenants: string | null): number {
  const words = wordsOf(name)
  if (words.some((word) => otherSubjects.has(word))) return -4
  const stems = [stemOf(tenantKey), ...wordsOf(tenants?.slice(tenants.indexOf('.') + 1) ?? '')]
  const isTenant = (word: string) =>
    stems.some((stem) => word === stem || `${word}s` === stem || word === `${stem}s`)
  let evidence = words.some(isTenant) ? 1 : 0
  if (words.some((word) => members.has(word))) evidence += 2
  else if (evidence > 0 && words.some((word) => users.has(word))) evidence += 2
  const others = words.filter(
    (word) => !members.has(word) && !users.has(word) && !joints.has(word) && !isTenant(word),
  )
  return evidence - others.length
}

function pairEvidence(table: Relation, tenantKey: string, userKey: string): number {
  const isPair = table.constraints.some(
    ({ kind, columns }) =>
      (kind === 'primary-key' || kind === 'unique') &&
      columns.length === 2 &&
      columns.includes(tenantKey) &&
      columns.includes(userKey),
  )
  return isPair ? 3 : 0
}

/** `TenantMember` and `tenant_member` alike. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll('"', '')
    .split(/_|(?<=[a-z0-9])(?=[A-Z])/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '')
}

function hasColumn(relation: Relation, column: string): boolean {
  return relation.columns.some(({ name }) => name === column)
}
