import { quoteIdentifier, readName } from '../sql/identifiers.ts'
import type { ConstantTenancy } from '../tenancy/declaration.ts'
import type { KeyType, Platform } from '../tenancy/tenancy.ts'

/** A relation by its two names, as `pg_class` and `pg_namespace` hold them. */
export interface RelationName {
  readonly namespace: string
  readonly name: string
}

/**
 * All that the emitted SQL is made of: the declaration of the user, with a name for everything that it leaves open.
 * Names are as the catalogs hold them, not quoted.
 */
export interface Blueprint {
  readonly tenantKey: string
  readonly keyType: KeyType
  readonly tenants: RelationName
  /** The table that user keys refer to; null where users live elsewhere. */
  readonly users: RelationName | null
  readonly userKeyType: KeyType
  readonly memberships: RelationName & {
    readonly tenantKey: string
    readonly userKey: string
    readonly role: string
    /** When an invitation was accepted. Null: the table has no such column, and every row counts. */
    readonly acceptedAt: string | null
    readonly revokedAt: string | null
  }
  /** What a member can be, the most powerful first. */
  readonly memberRoles: readonly [string, ...string[]]
  readonly tenantSetting: string
  readonly userSetting: string
  /** Where the context functions are: `app`. */
  readonly contextNamespace: string
  /** The role without login that owns the context functions, and that nobody is a member of. */
  readonly functionOwner: string
  readonly appRole: string
  readonly supportRole: string | null
  readonly systemTasks: readonly { readonly name: string; readonly role: string; readonly reason: string }[]
  readonly backupRole: { readonly role: string; readonly reason: string } | null
  readonly accessLog: RelationName
  readonly platform: Platform | null
}

/** The declaration with a name for everything that it leaves out; `appRole` is what the application runs under. */
export function blueprintOf(declared: ConstantTenancy, appRole: string): Blueprint {
  const { memberships, context } = declared
  const tenantKey = declared.tenantKey ?? 'tenant_id'
  const contextNamespace = context?.namespace ?? 'app'
  return {
    tenantKey,
    keyType: declared.keyType ?? 'uuid',
    tenants: relationName(declared.tenants ?? 'public.tenants'),
    users: declared.users === undefined ? null : relationName(declared.users),
    userKeyType: declared.userKeyType ?? 'uuid',
    memberships: {
      ...relationName(memberships?.relation ?? 'public.memberships'),
      tenantKey: memberships?.tenantKey ?? tenantKey,
      userKey: memberships?.userKey ?? 'user_id',
      role: memberships?.role ?? 'role',
      acceptedAt: memberships === undefined ? 'accepted_at' : (memberships.acceptedAt ?? null),
      revokedAt: memberships === undefined ? 'revoked_at' : (memberships.revokedAt ?? null),
    },
    memberRoles: firstOf(declared.memberRoles) ?? ['owner', 'admin', 'member'],
    tenantSetting: context?.tenantSetting ?? 'app.tenant_id',
    userSetting: context?.userSetting ?? 'app.user_id',
    contextNamespace,
    functionOwner: context?.functionOwner ?? `${contextNamespace}_context`,
    appRole,
    supportRole: declared.supportRole ?? null,
    systemTasks: declared.systemTasks ?? [],
    backupRole: declared.backupRole ?? null,
    accessLog: relationName(declared.accessLog ?? `${quoteIdentifier(contextNamespace)}.access_log`),
    platform: declared.platform ?? null,
  }
}

function firstOf<Item>(items: readonly Item[] = []): readonly [Item, ...Item[]] | null {
  const [first, ...others] = items
  return first === undefined ? null : [first, ...others]
}

function relationName(id: string): RelationName {
  const [namespace, name] = readName(id) ?? []
  if (namespace === undefined || name === undefined)
    throw new Error(`${id} is no name of the form namespace.name`)
  return { namespace, name }
}
