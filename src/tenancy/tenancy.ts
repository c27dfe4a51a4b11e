import type { TenancyDeclaration } from './declaration.ts'

/**
 * Who is a tenant, resolved: what checks work with. Written by the user as `TenancyInput` (`declaration.ts`)
 * or assumed from what the tables have (`policy/assume-tenancy.ts`).
 */
export interface Tenancy {
  /** Namespaces whose tables must be protected; null for `public` and every namespace that the history itself creates. */
  readonly guardedNamespaces: readonly string[] | null
  /** The column that names the tenant, where `tenantKeys` has no other for the relation. */
  readonly tenantKey: string
  /** Relation id to its own tenant key. */
  readonly tenantKeys: Readonly<Record<string, string>>
  /** Relation id of the table of tenants. */
  readonly tenants: string | null
  readonly memberships: Memberships | null
  readonly context: TenantContext
  readonly appRoles: readonly string[]
  readonly globalTables: readonly { readonly relation: string; readonly reason: string }[]
  readonly systemTables: readonly string[]
  readonly systemTasks: readonly { readonly name: string; readonly role: string; readonly reason: string }[]
  readonly supportRole: string | null
  readonly backupRole: { readonly role: string; readonly reason: string } | null
  /** Relation id of the access log. */
  readonly accessLog: string | null
  readonly reviewed: readonly {
    readonly object: string
    readonly reason: string
    readonly until?: string | undefined
  }[]
  readonly platform: Platform | null
}

export type Platform = 'supabase'

/** The types that keys of tenants and users may have. */
export type KeyType = 'uuid' | 'bigint' | 'text'

/** The table that says which user belongs to which tenant. */
export interface Memberships {
  readonly relation: string
  readonly tenantKey: string
  readonly userKey: string
  readonly role: string | null
}

/** Where a statement learns for whom it runs. */
export interface TenantContext {
  /** Name of the setting that holds the tenant: `app.tenant_id`. Null: any setting is taken for one. */
  readonly tenantSetting: string | null
  readonly userSetting: string | null
  /** Routines, `namespace.name` without arguments, whose result is the verified tenant or user, or whether a row is theirs. */
  readonly functions: readonly string[]
}

/** The names that tenant keys usually have, most telling first. */
export const usualTenantKeys = [
  'tenant_id',
  'organization_id',
  'org_id',
  'account_id',
  'workspace_id',
  'team_id',
  'company_id',
] as const

export const noTenancy: Tenancy = Object.freeze({
  guardedNamespaces: null,
  tenantKey: 'tenant_id',
  tenantKeys: {},
  tenants: null,
  memberships: null,
  context: { tenantSetting: null, userSetting: null, functions: [] },
  appRoles: [],
  globalTables: [],
  systemTables: [],
  systemTasks: [],
  supportRole: null,
  backupRole: null,
  accessLog: null,
  reviewed: [],
  platform: null,
})

/** The declaration with `noTenancy` in the place of what it leaves out. */
export function resolveTenancy(declared: TenancyDeclaration): Tenancy {
  const { context, memberships } = declared
  return {
    guardedNamespaces: declared.guardedNamespaces ?? noTenancy.guardedNamespaces,
    tenantKey: declared.tenantKey ?? noTenancy.tenantKey,
    tenantKeys: declared.tenantKeys ?? noTenancy.tenantKeys,
    tenants: declared.tenants ?? noTenancy.tenants,
    memberships: memberships ? { ...memberships, role: memberships.role ?? null } : null,
    context: {
      tenantSetting: context?.tenantSetting ?? null,
      userSetting: context?.userSetting ?? null,
      functions: context?.functions ?? [],
    },
    appRoles: declared.appRoles ?? noTenancy.appRoles,
    globalTables: declared.globalTables ?? noTenancy.globalTables,
    systemTables: [
      ...(declared.systemTables ?? []),
      ...(declared.accessLog === undefined ? [] : [declared.accessLog]),
    ],
    systemTasks: declared.systemTasks ?? noTenancy.systemTasks,
    supportRole: declared.supportRole ?? null,
    backupRole: declared.backupRole ?? null,
    accessLog: declared.accessLog ?? null,
    reviewed: declared.reviewed ?? noTenancy.reviewed,
    platform: declared.platform ?? null,
  }
}
