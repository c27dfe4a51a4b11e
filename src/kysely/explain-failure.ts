import type { Blueprint } from '../templates/blueprint.ts'

const notThere = new Set(['3F000', '42704', '42883', '42P01'])

/**
 * The error of the server, or one that says what it means for who writes a migration, with the server's as its cause
 * and the same SQLSTATE as its `code`.
 */
export function explainFailure(error: unknown, blueprint: Blueprint): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return error
  const advice = adviceFor(code, error.message, blueprint)
  if (advice === null) return error
  return Object.assign(new Error(`${error.message}. ${advice}`, { cause: error }), { code })
}

function adviceFor(code: string, message: string, blueprint: Blueprint): string | null {
  if (notThere.has(code) && partsOf(blueprint).some((part) => message.includes(part))) {
    return 'This database has no tenancy yet, or one of other names: call tenancy.createTenancy(db) in an earlier migration'
  }
  switch (code) {
    case '42P07':
      return 'A table that exists is not created again: tenancy.protectTable protects it as it is'
    case '42830':
      return "A tenant table is referred to within the tenant: .$call(tenantForeignKey('customer_id', 'customers'))"
    default:
      return null
  }
}

/** The names, as messages of the server have them, of what a tenancy must have made. */
function partsOf(blueprint: Blueprint): readonly string[] {
  const { tenants, contextNamespace, appRole, functionOwner, supportRole, systemTasks, memberships } =
    blueprint
  const roles = [appRole, functionOwner, supportRole, ...systemTasks.map(({ role }) => role)]
  return [
    `"${tenants.namespace}.${tenants.name}"`,
    `"${memberships.namespace}.${memberships.name}"`,
    `"${contextNamespace}"`,
    `${contextNamespace}.`,
    ...roles.flatMap((role) => (role === null ? [] : [`"${role}"`])),
  ]
}
