import type { Node } from 'libpg-query'
import { effectiveWithCheck, policiesFor } from '../model/questions.ts'
import type { Expression, Policy, PolicyCommand, Relation } from '../model/schema-model.ts'
import type { Category } from './category.ts'
import { truthOf } from './truth.ts'

export type RowCommand = Exclude<PolicyCommand, 'all'>
export type Clause = 'using' | 'withCheck'

/** A clause of a permissive policy that can be true for another tenant's row, and that no restrictive policy closes. */
export interface Opening {
  readonly policy: Policy
  readonly clause: Clause
  readonly expression: Expression
  /** The part of the expression that ties nothing. */
  readonly branch: Node
  /** True whatever the row and the context are. */
  readonly constant: boolean
  readonly commands: readonly RowCommand[]
}

/** Who creates a tenant can't be a member of it yet, and the row is nobody else's. */
export function isNewTenant(category: Category, { commands }: Opening): boolean {
  return category === 'tenants' && commands.every((command) => command === 'insert')
}

/** What is asked of predicates and roles, answered by who knows the model. */
export interface Judge {
  looseBranch(relation: Relation, expression: Expression, clause: Clause): Node | null
  /** Roles of the policy that act for tenants. */
  tenantRoles(policy: Policy): readonly string[]
}

const readers: readonly RowCommand[] = ['select', 'update', 'delete']
const writers: readonly RowCommand[] = ['insert', 'update']

/** The openings of a relation, by the policy that they are of: all its policies, those without any among them. */
export type Openings = ReadonlyMap<Policy, readonly Opening[]>

/**
 * The effective predicate, command by command: any permissive policy admits, every restrictive one must agree. `known`: what
 * was found where nothing but the policies was another.
 */
export function openingsOf(relation: Relation, judge: Judge, known: Openings = new Map()): Openings {
  const isPlain = [...relation.policies, ...known.keys()].every(({ permissive }) => permissive)
  return new Map(
    relation.policies.map((policy) => [
      policy,
      (isPlain ? known.get(policy) : undefined) ?? openingsBy(policy, relation, judge),
    ]),
  )
}

function openingsBy(policy: Policy, relation: Relation, judge: Judge): Opening[] {
  if (!policy.permissive || judge.tenantRoles(policy).length === 0) return []
  return [
    ...opening(relation, judge, policy, 'using', policy.using, readers),
    ...opening(relation, judge, policy, 'withCheck', policy.withCheck, writers),
  ]
}

function opening(
  relation: Relation,
  judge: Judge,
  policy: Policy,
  clause: Clause,
  expression: Expression | null,
  candidates: readonly RowCommand[],
): Opening[] {
  if (expression === null) return []
  const spoken = candidates.filter((command) => policy.command === 'all' || policy.command === command)
  if (spoken.length === 0) return []
  const branch = judge.looseBranch(relation, expression, clause)
  if (branch === null) return []
  const commands = spoken.filter((command) => !isClosed(relation, judge, policy, clause, command))
  if (commands.length === 0) return []
  const constant = truthOf(expression, relation) === 'true'
  return [{ policy, clause, expression, branch, constant, commands }]
}

/** Whether a restrictive policy for the same command binds every role that the permissive one speaks to. */
function isClosed(
  relation: Relation,
  judge: Judge,
  policy: Policy,
  clause: Clause,
  command: RowCommand,
): boolean {
  return policiesFor(relation, command).some((other) => {
    if (other.permissive) return false
    const bindsAll =
      other.roles.includes('public') ||
      judge.tenantRoles(policy).every((role) => role !== 'public' && other.roles.includes(role))
    const expression = clause === 'using' ? other.using : effectiveWithCheck(other)
    return bindsAll && expression !== null && judge.looseBranch(relation, expression, clause) === null
  })
}
