import type { Relation, SchemaModel } from '../../model/schema-model.ts'
import { assumeTenancy, tablesOfTenancy } from '../../policy/assume-tenancy.ts'
import { functionsOfPolicies } from '../../policy/called-functions.ts'
import { categoryOf, tenantKeyOf, usersTables } from '../../policy/category.ts'
import { isSameName, stemOf } from '../../policy/tenant-key-names.ts'
import { memberColumn } from '../../policy/user-columns.ts'
import { count } from '../../report/terminal.ts'
import type { KeyType, Platform, Tenancy } from '../../tenancy/tenancy.ts'
import { appRoleCandidates, type RoleCandidate, toldAppRoles } from './app-role-candidates.ts'
import type { ConfigEntry, ConfigValue } from './config-entry.ts'
import { settingsOfPolicies } from './settings-of-policies.ts'
import { isEvident, type KeyCandidate, tenantKeyCandidates } from './tenant-key-candidates.ts'

/** What a person said of the tenancy; what is left out nobody said. */
export interface Told {
  readonly tenantKey?: string
  readonly appRoles?: readonly string[]
}

/** What the tables leave open, for a person to say. */
export interface OpenQuestions {
  readonly tenantKeys: readonly KeyCandidate[]
  /** The one that is taken if nobody says. */
  readonly tenantKey: string | null
  /** Whether that one is it beyond doubt. */
  readonly isEvident: boolean
  /** None where they are told. */
  readonly appRoles: readonly RoleCandidate[]
  readonly tables: number
}

/** What is left open of a tenancy. */
export function openQuestions(model: SchemaModel, platform: Platform | null): OpenQuestions {
  const { tenancy } = assumeTenancy(model, { platform })
  const tables = tablesOfTenancy(model, tenancy)
  const isFound = tables.some((table) => tenantKeyOf(model, tenancy, table) !== null)
  const tenantKeys = tenantKeyCandidates(tables)
  const own = tenantKeys.find(({ column }) => column === tenancy.tenantKey)
  const roles = appRoleCandidates(model, tenancy, tables)
  return {
    tenantKeys,
    tenantKey: isFound ? tenancy.tenantKey : null,
    isEvident: own !== undefined && isEvident(own, tenantKeys, tables.length),
    appRoles: toldAppRoles(roles, platform) === null ? roles : [],
    tables: tables.length,
  }
}

/** The tenancy that the tables show, key by key, with the reason for each; what they do not show is a question. */
export function proposeTenancy(model: SchemaModel, platform: Platform | null, told: Told): ConfigEntry[] {
  const { tenantKey } = told
  const { tenancy } = assumeTenancy(model, { platform, ...(tenantKey === undefined ? {} : { tenantKey }) })
  const tables = tablesOfTenancy(model, tenancy)
  const candidates = tenantKeyCandidates(tables)
  const hasKey = tables.some((table) => tenantKeyOf(model, tenancy, table) !== null)
  const own = candidates.find(({ column }) => column === tenancy.tenantKey)
  const isSaid = tenantKey !== undefined
  const isSure = isSaid || (hasKey && (own === undefined || isEvident(own, candidates, tables.length)))
  const resting = [...ofTenants(model, tenancy, tables), ...ofMemberships(model, tenancy, tables)]
  return [
    ...ofPlatform(platform),
    ofTenantKey(tenancy, tables.length, candidates, { isSaid, isSure, hasKey }),
    ...(isSure ? resting : hasKey ? resting.map((entry) => asQuestion(entry, tenancy.tenantKey)) : []),
    ...ofContext(model, tenancy, tables),
    ...ofAppRoles(appRoleCandidates(model, tenancy, tables), platform, told.appRoles),
    ...(isSure ? ofGlobalTables(model, tenancy, tables) : []),
  ]
}

/** What is true only if the tenant key is the one that was taken. */
function asQuestion(entry: ConfigEntry, tenantKey: string): ConfigEntry {
  if (!('value' in entry) || !entry.isTold) return entry
  const [first = '', ...others] = entry.notes
  return { ...entry, isTold: false, notes: [`If the tenant key is ${tenantKey}: ${first}`, ...others] }
}

function ofPlatform(platform: Platform | null): ConfigEntry[] {
  if (platform === null) return []
  return [told('platform', platform, ['Its roles and namespaces exist before the first migration.'])]
}

function ofTenantKey(
  { tenantKey }: Tenancy,
  tables: number,
  candidates: readonly KeyCandidate[],
  { isSaid, isSure, hasKey }: { isSaid: boolean; isSure: boolean; hasKey: boolean },
): ConfigEntry {
  const own = candidates.find(({ column }) => column === tenantKey)
  const others = candidates.filter(({ column }) => !isSameName(column, tenantKey)).slice(0, 4)
  if (isSure) {
    const why = own === undefined ? 'The column that names the tenant.' : evidence(own, tables)
    const rivals = isSaid ? [] : others.filter(({ isUsual }) => isUsual)
    return told('tenantKey', tenantKey, [
      why,
      ...rivals.map((one) => `Or is it ${one.column}? ${evidence(one, tables)}`),
    ])
  }
  const none = hasKey || tables === 0 ? '' : ` Of ${count(tables, 'table')} none has one of a usual name.`
  const taken = hasKey ? ` ${tenantKey} is taken until this is told.` : ''
  const possible = [...(own === undefined ? [] : [own]), ...others].sort((a, b) => b.tables - a.tables)
  return open('tenantKey', possible[0]?.column ?? 'tenant_id', [
    `Which column names the tenant that a row belongs to?${none}${taken}`,
    ...possible.map((one) => `Perhaps ${one.column}: ${evidence(one, tables)}`),
  ])
}

/** Why a column may be the key. */
export function evidence({ tables, referring, relation }: KeyCandidate, of: number): string {
  const have = `${tables} of ${count(of, 'table')} ${tables === 1 ? 'has' : 'have'} it`
  return relation === null
    ? `${have}, none with a foreign key.`
    : `${have}, ${referring} as a foreign key to ${relation}.`
}

function ofTenants(model: SchemaModel, tenancy: Tenancy, tables: readonly Relation[]): ConfigEntry[] {
  const keys = Object.entries(tenancy.tenantKeys)
  const type = keyTypeOf(tables.flatMap((table) => columnType(table, tenantKeyOf(model, tenancy, table))))
  const tenants =
    tenancy.tenants === null
      ? open('tenants', `public.${stemOf(tenancy.tenantKey)}s`, [
          'Which table holds the tenants? No foreign key tells.',
        ])
      : told('tenants', tenancy.tenants, ['The table of tenants.'])
  return [
    ...(keys.length === 0
      ? []
      : [told('tenantKeys', Object.fromEntries(keys), ['Tables whose tenant key has another name.'])]),
    ...(type === null || type === 'uuid' ? [] : [told('keyType', type, ['The type of that column.'])]),
    tenants,
  ]
}

function ofMemberships(model: SchemaModel, tenancy: Tenancy, tables: readonly Relation[]): ConfigEntry[] {
  const { memberships, tenantKey } = tenancy
  if (memberships === null) {
    const possible = tables.filter(
      (table) => tenantKeyOf(model, tenancy, table) !== null && memberColumn(table) !== null,
    )
    const [first] = possible
    const value = {
      relation: first?.id ?? 'public.memberships',
      tenantKey,
      userKey: (first && memberColumn(first)) ?? 'user_id',
    }
    const named = possible.slice(0, 5).map(({ id }) => id)
    const hint = named.length === 0 ? '' : ` These have a tenant and a user: ${named.join(', ')}.`
    return [open('memberships', value, [`Which table says which user belongs to which tenant?${hint}`])]
  }
  const { role, ...rest } = memberships
  const roles =
    model.relations.get(memberships.relation)?.columns.filter(({ name }) => /role$/i.test(name)) ?? []
  const column = role ?? (roles.length === 1 ? roles[0]?.name : undefined)
  const value: ConfigValue = column === undefined ? rest : { ...rest, role: column }
  const users = usersTables(model, tenancy).filter((id) => id !== 'auth.users')
  const [only, ...others] = users
  const table = only === undefined ? undefined : model.relations.get(only)
  const type = table === undefined ? null : keyTypeOf(columnType(table, 'id'))
  return [
    told('memberships', value, ['Which user belongs to which tenant.']),
    ...(only === undefined || others.length > 0 ? [] : [told('users', only, ['The table of users.'])]),
    ...(type === null || type === 'uuid' ? [] : [told('userKeyType', type, ['The type of its id.'])]),
  ]
}

function ofContext(model: SchemaModel, tenancy: Tenancy, tables: readonly Relation[]): ConfigEntry[] {
  const settings = settingsOfPolicies(model, tables)
  const functions = functionsOfPolicies(model, tenancy, tables)
  const entries: ConfigEntry[] = []
  const names = [...settings.keys()]
  const ofUser = names.filter((name) => wordsOf(name).some((word) => userWords.has(word)))
  const tenantWords = new Set([
    'tenant',
    'org',
    'organization',
    'organisation',
    ...wordsOf(stemOf(tenancy.tenantKey)),
  ])
  const ofTenant = names.filter(
    (name) => !ofUser.includes(name) && wordsOf(name).some((word) => tenantWords.has(word)),
  )
  const isPlain =
    ofUser.length <= 1 && ofTenant.length === 1 && ofUser.length + ofTenant.length === names.length
  const why = (name: string) =>
    settings.get(name) === 1 ? `1 policy reads ${name}.` : `${settings.get(name)} policies read ${name}.`
  const entry = (key: string, name: string | undefined, question: string): ConfigEntry[] => {
    if (name === undefined) return []
    return isPlain ? [told(key, name, [why(name)])] : [open(key, name, [question])]
  }
  const seen = ` ${names.map(why).join(' ')}`
  const unclear = isPlain ? undefined : names.find((name) => !ofUser.includes(name))
  entries.push(
    ...entry(
      'tenantSetting',
      ofTenant[0] ?? unclear,
      `Which setting holds the tenant? No other is believed then.${seen}`,
    ),
    ...entry('userSetting', ofUser[0], `Which setting holds the user?${seen}`),
  )
  if (functions.length > 0) {
    const question =
      'Policies call these. Has somebody read that each gives the verified tenant or user, or whether a row is theirs? Their bodies are not judged then.'
    entries.push(open('functions', functions, [question]))
  }
  return entries.length === 0
    ? []
    : [{ key: 'context', notes: ['Where a statement learns for whom it runs.'], entries }]
}

function ofAppRoles(
  candidates: readonly RoleCandidate[],
  platform: Platform | null,
  said: readonly string[] | undefined,
): ConfigEntry[] {
  if (said !== undefined)
    return said.length === 0 ? [] : [told('appRoles', said, ['The roles that the application runs under.'])]
  const names = toldAppRoles(candidates, platform)
  if (names !== null) {
    const own = candidates.filter(({ name, policies }) => policies > 0 && names.includes(name))
    return [told('appRoles', names, own.length > 0 ? own.map(roleEvidence) : ["Those of Supabase's API."])]
  }
  const question =
    'Which roles does the application connect as, or switch to? It should be none that owns tables.'
  const possible = candidates.length === 0 ? ['app_user'] : candidates.map(({ name }) => name)
  return [open('appRoles', possible, [question, ...candidates.map(roleEvidence)])]
}

/** Why a role may be one of the application. */
export function roleEvidence({ name, policies, tables, privileges }: RoleCandidate): string {
  const named = policies === 0 ? [] : [`named by ${policies === 1 ? '1 policy' : `${policies} policies`}`]
  const granted = tables === 0 ? [] : [`granted ${privileges.join(', ')} on ${count(tables, 'table')}`]
  return `${name}: ${[...named, ...granted].join(', ')}.`
}

function ofGlobalTables(model: SchemaModel, tenancy: Tenancy, tables: readonly Relation[]): ConfigEntry[] {
  const shared = tables.filter((table) => categoryOf(model, tenancy, table) === 'uncategorised')
  if (shared.length === 0) return []
  const value = shared.map(({ id }) => ({ relation: id, reason: '' }))
  const question =
    'These tables have no tenant key and lead to no tenant. Which of them do all tenants share, and for which reason? Those that no tenant may see go into systemTables.'
  return [open('globalTables', value, [question])]
}

const userWords: ReadonlySet<string> = new Set(['sub', 'uid', 'user', 'userid', 'member', 'actor'])

function wordsOf(name: string): string[] {
  return name.toLowerCase().split(/[._]/)
}

function columnType({ columns }: Relation, name: string | null): string[] {
  return columns.flatMap((column) => (column.name === name ? column.type : []))
}

const keyTypes: Readonly<Record<string, KeyType>> = { uuid: 'uuid', bigint: 'bigint', text: 'text' }

/** The one type that all of these are; null where they differ or it is none that keys may have. */
function keyTypeOf(types: readonly string[]): KeyType | null {
  const [only, ...others] = new Set(types)
  return only === undefined || others.length > 0 ? null : (keyTypes[only] ?? null)
}

function told(key: string, value: ConfigValue, notes: readonly string[]): ConfigEntry {
  return { key, value, notes, isTold: true }
}

function open(key: string, value: ConfigValue, notes: readonly string[]): ConfigEntry {
  return { key, value, notes, isTold: false }
}
