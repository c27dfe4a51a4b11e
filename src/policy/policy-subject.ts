import type { Policy, Relation } from '../model/schema-model.ts'
import { displayName } from '../sql/identifiers.ts'

/** A policy as findings name it: `public.invoices/tenant_isolation`. */
export function policySubject(relation: Relation, policy: Policy): string {
  return `${relation.id}/${displayName(policy.name)}`
}
