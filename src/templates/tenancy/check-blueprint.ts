import type { Blueprint } from '../blueprint.ts'
import { supportRoles, taskRoles } from './roles.ts'

/** Refuses a tenancy that could not hold, before any SQL: one role with two parts would have the rights of both. */
export function checkBlueprint(blueprint: Blueprint): void {
  const { appRole, functionOwner, supportRole, memberRoles, platform, userKeyType } = blueprint
  const seen = new Set<string>()
  for (const role of [appRole, functionOwner, ...supportRoles(supportRole), ...taskRoles(blueprint)]) {
    if (seen.has(role)) {
      throw new Error(
        `${role} has two parts in the tenancy: the application, the owner of the functions, support and system tasks need roles of their own`,
      )
    }
    if (role === 'public' || role === 'none') throw new Error(`${role} can't be the name of a role`)
    seen.add(role)
  }
  const [twice] = memberRoles.filter((role, at) => memberRoles.indexOf(role) !== at)
  if (twice !== undefined) throw new Error(`${twice} is named twice among the roles of members`)
  if (platform === 'supabase' && userKeyType !== 'uuid') {
    throw new Error(`on supabase the key of a user is a uuid, that of auth.uid(), and not a ${userKeyType}`)
  }
}
