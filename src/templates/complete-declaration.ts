import { displayId } from '../sql/identifiers.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import type { Blueprint, RelationName } from './blueprint.ts'

/** What the declaration leaves open, as the blueprint has it. */
export function completeDeclaration(declared: TenancyDeclaration, blueprint: Blueprint): TenancyDeclaration {
  const { tenants, memberships, contextNamespace, accessLog } = blueprint
  const id = ({ namespace, name }: RelationName) => displayId(namespace, name)
  const made = ['current_tenant_id', 'support_tenant_id', 'system_task_is_open']
  if (blueprint.platform === 'supabase') made.push('current_user_id')
  return {
    ...declared,
    tenantKey: blueprint.tenantKey,
    tenants: id(tenants),
    memberships: {
      relation: id(memberships),
      tenantKey: memberships.tenantKey,
      userKey: memberships.userKey,
      role: memberships.role,
      ...(memberships.acceptedAt === null ? {} : { acceptedAt: memberships.acceptedAt }),
      ...(memberships.revokedAt === null ? {} : { revokedAt: memberships.revokedAt }),
    },
    context: {
      tenantSetting: blueprint.tenantSetting,
      userSetting: blueprint.userSetting,
      functions: [
        ...new Set([
          ...(declared.context?.functions ?? []),
          ...made.map((name) => displayId(contextNamespace, name)),
        ]),
      ],
      namespace: contextNamespace,
      functionOwner: blueprint.functionOwner,
    },
    accessLog: id(accessLog),
  }
}
