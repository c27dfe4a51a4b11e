import { complaintsOf, explain } from '../config/complaints.ts'
import { InputError } from '../findings/input-error.ts'
import { type Blueprint, blueprintOf, type RelationName } from '../templates/blueprint.ts'
import { completeDeclaration } from '../templates/complete-declaration.ts'
import { checkBlueprint } from '../templates/tenancy/check-blueprint.ts'
import { type ConstantTenancy, type TenancyDeclaration, tenancyDeclaration } from '../tenancy/declaration.ts'
import { problemWithName } from './name-problem.ts'

/** The declaration of the config file, where the one role of an application may be said as `appRole`. */
export interface TenancyOptions extends ConstantTenancy {
  /** The role that the application runs under, in place of `appRoles`. Default `app_user`; on Supabase `authenticated`. */
  readonly appRole?: string | undefined
}

/** A declaration, and the names that are made of it. */
export interface Declared {
  /** With every name that the emitted SQL uses, so that whoever checks it knows them too. */
  readonly declaration: TenancyDeclaration
  readonly blueprint: Blueprint
}

/** Throws `InputError` that tells everything that is wrong in a declaration, by key. */
export function readTenancy({ appRole, ...input }: TenancyOptions): Declared {
  const usual = input.platform === 'supabase' ? 'authenticated' : 'app_user'
  const appRoles = input.appRoles ?? [appRole ?? usual]
  const roleKey = input.appRoles === undefined ? 'appRole' : 'appRoles.0'
  const [firstRole] = appRoles
  if (appRole !== undefined && input.appRoles !== undefined)
    throw refused(['appRole: appRoles says it already'])
  const result = tenancyDeclaration.safeParse({ ...input, appRoles }, { error: explain })
  if (!result.success) {
    const complaints = result.error.issues.flatMap(complaintsOf)
    throw refused(
      complaints.map(({ path, message }) => {
        const key = path.join('.')
        return key === '' ? message : `${key === 'appRoles.0' ? roleKey : key}: ${message}`
      }),
    )
  }
  if (firstRole === undefined) throw refused(['appRoles: must not be empty'])
  const blueprint = blueprintOf(result.data, firstRole)
  const problems = namesOf(blueprint, roleKey).flatMap(([key, name]) => {
    const problem = problemWithName(name)
    return problem === null ? [] : [`${key}: ${problem}`]
  })
  if (problems.length > 0) throw refused(problems)
  try {
    checkBlueprint(blueprint)
  } catch (error) {
    throw refused([error instanceof Error ? error.message : String(error)])
  }
  return { declaration: completeDeclaration(result.data, blueprint), blueprint }
}

function refused(problems: readonly string[]): InputError {
  return new InputError(`defineTenancy refuses its declaration\n  ${problems.join('\n  ')}`)
}

/** Every name that becomes SQL, by the key of the declaration that says it. */
function namesOf(blueprint: Blueprint, roleKey: string): readonly (readonly [key: string, name: string])[] {
  const { tenants, users, memberships, accessLog, supportRole, backupRole } = blueprint
  const relation = (key: string, { namespace, name }: RelationName) =>
    [
      [key, namespace],
      [key, name],
    ] as const
  const optional = (key: string, name: string | null | undefined) =>
    name === null || name === undefined ? [] : [[key, name] as const]
  return [
    ['tenantKey', blueprint.tenantKey],
    [roleKey, blueprint.appRole],
    ...relation('tenants', tenants),
    ...(users === null ? [] : relation('users', users)),
    ...relation('memberships.relation', memberships),
    ['memberships.tenantKey', memberships.tenantKey],
    ['memberships.userKey', memberships.userKey],
    ['memberships.role', memberships.role],
    ...optional('memberships.acceptedAt', memberships.acceptedAt),
    ...optional('memberships.revokedAt', memberships.revokedAt),
    ['context.namespace', blueprint.contextNamespace],
    ['context.functionOwner', blueprint.functionOwner],
    ...relation('accessLog', accessLog),
    ...optional('supportRole', supportRole),
    ...optional('backupRole.role', backupRole?.role),
    ...blueprint.systemTasks.map(({ role }, at) => [`systemTasks.${at}.role`, role] as const),
    // Policies are named after the task and the command.
    ...blueprint.systemTasks.map(
      ({ name }, at) => [`systemTasks.${at}.name`, `task_${name}_select`] as const,
    ),
  ]
}
