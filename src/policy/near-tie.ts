import type { Node } from 'libpg-query'
import type { Relation, RelationId, SchemaModel } from '../model/schema-model.ts'
import { as, strings, walk } from '../sql/node.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { type Bindings, bindingsOf } from './bindings.ts'
import { usersTables } from './category.ts'
import type { Opening } from './openings.ts'
import type { Ties } from './ties.ts'

/**
 * `through`: it would tie the tenant if the policies of these relations did. `by`: these columns tie a parent, and the tenant
 * key of the row is another matter.
 */
export type NearTie = { readonly through: readonly RelationId[] } | { readonly by: readonly string[] }

/** Something else than what is known of the relations. */
export interface Assumed {
  readonly bindingsOf?: (relation: Relation) => Bindings
  readonly isIsolated?: (relation: Relation) => boolean
}

/** What is known of the relations, and what ties under another assumption. */
interface Known extends Required<Assumed> {
  readonly ties: (assumed: Assumed) => Ties
}

export function nearTieOf(
  model: SchemaModel,
  tenancy: Tenancy,
  relation: Relation,
  { expression, clause, branch }: Opening,
  known: Known,
): NearTie | null {
  const open = new Set<RelationId>()
  const throughOpen = known.ties({
    isIsolated: (read) => {
      if (known.isIsolated(read)) return true
      const isProtected = read.rowSecurityEnabled && read.policies.length > 0 && read.id !== relation.id
      if (isProtected) open.add(read.id)
      return isProtected
    },
  })
  if (throughOpen.looseBranch(relation, expression, clause) === null) return { through: [...open] }
  const asChild = bindingsOf(model, tenancy, relation, 'child')
  const users = usersTables(model, tenancy)
  const parents = asChild.parents.filter(({ references }) => {
    const target = references?.relation ?? ''
    return target !== tenancy.tenants && !users.includes(target)
  })
  const throughParent = known.ties({
    bindingsOf: (read) =>
      read.id === relation.id ? { ...asChild, keys: [], users: [], parents } : known.bindingsOf(read),
  })
  if (throughParent.looseBranch(relation, expression, clause) !== null) return null
  const named = namesIn(branch)
  const by = new Set(parents.flatMap(({ columns }) => columns.filter((column) => named.has(column))))
  return { by: [...by] }
}

function namesIn(node: Node): Set<string> {
  const names = new Set<string>()
  walk([node], (kind, value) => {
    if (kind !== 'ColumnRef') return true
    const name = strings(as({ ColumnRef: value } as Node, 'ColumnRef')?.fields).at(-1)
    if (name !== undefined) names.add(name)
    return false
  })
  return names
}
