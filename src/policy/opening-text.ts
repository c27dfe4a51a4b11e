import type { Relation } from '../model/schema-model.ts'
import { printExpression } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { Bindings } from './bindings.ts'
import type { NearTie } from './near-tie.ts'
import type { Opening } from './openings.ts'

const longest = 160

/** A sentence that names the policy, the branch that ties nothing, and what was looked for. */
export function describeOpening(
  relation: Relation,
  { policy, clause, branch, expression, commands }: Opening,
  bindings: Bindings,
): string {
  const text = printExpression(branch)
  const shown = text.length > longest ? `${text.slice(0, longest)}...` : text
  const part = branch === expression ? shown : `the part ${shown}`
  const what = clause === 'using' ? 'rows of other tenants' : 'new rows for other tenants'
  const where = commands.map((command) => command.toUpperCase()).join(', ')
  const name = clause === 'using' ? 'USING' : 'WITH CHECK'
  return `${name} of policy ${displayName(policy.name)} on ${relation.id} admits ${what} (${where}): ${part} does not tie ${sought(bindings)}`
}

/** What to do about an opening. */
export function helpFor(tenancy: Tenancy, relation: Relation, near: NearTie | null): string {
  if (near === null) {
    return 'Tie the tenant key of the row to the tenant context or to a membership of the user, in every branch.'
  }
  if ('through' in near) {
    const [first, ...others] = near.through
    return `Mend the policies of ${[first, ...others].join(', ')} first: this one goes through what they admit.`
  }
  const key = tenancy.tenantKeys[relation.id] ?? tenancy.tenantKey
  const by = near.by.join(' or ') || 'another column'
  return `Tie ${key} too: the row that ${by} refers to need not be of the same tenant, unless the foreign key has ${key} in it.`
}

function sought({ category, keys, users, parents }: Bindings): string {
  if (category === 'users') return `${users.join(' or ')} to the user of the context`
  if (keys.length > 0) return `${keys.join(' or ')} to the tenant context or a membership of the user`
  const columns = [...new Set(parents.flatMap((key) => key.columns))]
  return `${columns.join(' or ')} to a parent that is tied to the tenant`
}
