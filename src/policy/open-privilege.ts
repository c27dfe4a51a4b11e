import { policiesFor } from '../model/questions.ts'
import type { Relation, RoleName } from '../model/schema-model.ts'
import type { RowCommand } from './openings.ts'
import { truthOf } from './truth.ts'

/** Whether row security leaves the role a privilege that was granted to it. TRUNCATE is not bound by it. */
export function isOpenTo(relation: Relation, role: RoleName, privilege: RowCommand): boolean {
  if (!relation.rowSecurityEnabled) return true
  return policiesFor(relation, privilege).some((policy) => {
    const speaks = policy.roles.includes('public') || policy.roles.includes(role) || role === 'public'
    const clause = privilege === 'insert' ? (policy.withCheck ?? policy.using) : policy.using
    return policy.permissive && speaks && clause !== null && truthOf(clause, relation) !== 'false'
  })
}
