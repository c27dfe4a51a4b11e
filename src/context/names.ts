import { type Blueprint, blueprintOf } from '../templates/blueprint.ts'
import { contradictions } from '../tenancy/contradictions.ts'
import type { ConstantTenancy } from '../tenancy/declaration.ts'
import type { KeyType } from '../tenancy/tenancy.ts'

/** What the context needs to know of a tenancy: types of keys, and names of what `createTenancy` made. */
export type ContextNames = Pick<
  Blueprint,
  | 'keyType'
  | 'userKeyType'
  | 'tenantSetting'
  | 'userSetting'
  | 'contextNamespace'
  | 'functionOwner'
  | 'appRole'
  | 'supportRole'
  | 'systemTasks'
  | 'platform'
>

/** The declaration of the tenancy, as the config file has it; `appRole` is what withTenant runs under. */
export interface ContextDeclaration extends ConstantTenancy {
  readonly appRole?: string | undefined
}

export function contextNames(declared: ContextDeclaration): ContextNames {
  for (const { path, message } of contradictions(declared)) throw new Error(`${path.join('.')}: ${message}`)
  return blueprintOf(declared, declared.appRole ?? declared.appRoles?.[0] ?? 'app_user')
}

/** What a key of this type may be passed as. */
export type KeyInput<Type extends KeyType | undefined> = Type extends 'bigint'
  ? string | number | bigint
  : string

/** The names of the system tasks of a declaration: none where it names none. */
export type TaskName<Declared> = Declared extends {
  readonly systemTasks: readonly { readonly name: infer Name extends string }[]
}
  ? Name
  : never
