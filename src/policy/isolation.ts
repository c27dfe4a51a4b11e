import type { Node } from 'libpg-query'
import type { Focus, Policy, Relation, RelationId, RoleName, SchemaModel } from '../model/schema-model.ts'
import { as, strings, walk } from '../sql/node.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { type Bindings, bindingsOf } from './bindings.ts'
import { examinedTables, type GuardedTable, isGuarded, usersTables } from './category.ts'
import { ContextValues } from './context-value.ts'
import { type Judge, type Opening, openingsOf } from './openings.ts'
import { type GapCause, type ProtectionGap, protectionGap } from './protection-gap.ts'
import { actsForTenants } from './roles.ts'
import { ContextRoutines, type RoutineBodies } from './routines.ts'
import { Ties } from './ties.ts'

export interface TableGap extends GuardedTable {
  readonly gap: ProtectionGap
}

/** Something else than what is known of the relations. */
interface Assumed {
  readonly bindingsOf?: (relation: Relation) => Bindings
  readonly isIsolated?: (relation: Relation) => boolean
}

/**
 * `through`: it would tie the tenant if the policies of these relations did. `by`: these columns tie a parent, and the tenant
 * key of the row is another matter.
 */
export type NearTie = { readonly through: readonly RelationId[] } | { readonly by: readonly string[] }

/** What the checks ask of one model as it stands, each question answered once. */
export class Isolation {
  readonly #model: SchemaModel
  readonly #tenancy: Tenancy
  readonly #bodies: RoutineBodies
  #judge: Judge
  readonly #ties: (assumed: Assumed) => Ties
  /** Openings that are known, by the relation. */
  answered = new Map<RelationId, readonly Opening[]>()
  #bindings = new Map<RelationId, Bindings>()
  #isolated = new Map<RelationId, boolean>()
  #tenantRoles = new Map<string, boolean>()
  #tables: readonly GuardedTable[] | null = null
  #gaps: readonly TableGap[] | null = null

  constructor(model: SchemaModel, tenancy: Tenancy, bodies: RoutineBodies) {
    this.#model = model
    this.#tenancy = tenancy
    this.#bodies = bodies
    const routines = new ContextRoutines(model, tenancy, bodies)
    const values = new ContextValues(model, routines)
    this.#ties = ({ bindingsOf, isIsolated }) =>
      new Ties(
        model,
        tenancy,
        values,
        bindingsOf ?? ((relation) => this.#bindingsOf(relation)),
        isIsolated ?? ((relation) => this.#isIsolated(relation)),
        (role) => !this.#actsForTenants(role),
      )
    const ties = this.#ties({})
    this.#judge = {
      looseBranch: (relation, expression, clause) => ties.looseBranch(relation, expression, clause),
      tenantRoles: (policy) => this.tenantRoles(policy),
    }
  }

  /** With the same answers, and something else to look at. */
  focusedOn(focus: Focus | null): Isolation {
    const focused = new Isolation({ ...this.#model, focus }, this.#tenancy, this.#bodies)
    focused.#judge = this.#judge
    focused.answered = this.answered
    focused.#bindings = this.#bindings
    focused.#isolated = this.#isolated
    focused.#tenantRoles = this.#tenantRoles
    return focused
  }

  /** The tables that a check is to look at, and what each is to the tenants. */
  get tables(): readonly GuardedTable[] {
    this.#tables ??= [...examinedTables(this.#model, this.#tenancy)]
    return this.#tables
  }

  /** The tables that row security doesn't protect for one of these causes. */
  gaps(...causes: readonly GapCause[]): readonly TableGap[] {
    this.#gaps ??= this.tables.flatMap((table): TableGap[] => {
      const gap = protectionGap(this.#model, table.relation)
      const isMeant = table.category !== 'global' || gap?.cause === 'policies dormant'
      return gap !== null && isMeant ? [{ ...table, gap }] : []
    })
    return this.#gaps.filter(({ gap }) => causes.includes(gap.cause))
  }

  /** Where the policies of a relation admit rows of other tenants. */
  openings(relation: Relation): readonly Opening[] {
    const known = this.answered.get(relation.id)
    if (known !== undefined) return known
    const openings = openingsOf(relation, this.#judge)
    this.answered.set(relation.id, openings)
    return openings
  }

  /** What keeps a predicate from tying the tenant, where it comes near; null where it doesn't. */
  nearTie(relation: Relation, { expression, clause, branch }: Opening): NearTie | null {
    const open = new Set<RelationId>()
    const throughOpen = this.#ties({
      isIsolated: (read) => {
        if (this.#isIsolated(read)) return true
        const isProtected = read.rowSecurityEnabled && read.policies.length > 0 && read.id !== relation.id
        if (isProtected) open.add(read.id)
        return isProtected
      },
    })
    if (throughOpen.looseBranch(relation, expression, clause) === null) return { through: [...open] }
    const asChild = bindingsOf(this.#model, this.#tenancy, relation, 'child')
    const users = usersTables(this.#model, this.#tenancy)
    const parents = asChild.parents.filter(({ references }) => {
      const target = references?.relation ?? ''
      return target !== this.#tenancy.tenants && !users.includes(target)
    })
    const throughParent = this.#ties({
      bindingsOf: (read) =>
        read.id === relation.id ? { ...asChild, keys: [], users: [], parents } : this.#bindingsOf(read),
    })
    if (throughParent.looseBranch(relation, expression, clause) !== null) return null
    const named = namesIn(branch)
    const by = new Set(parents.flatMap(({ columns }) => columns.filter((column) => named.has(column))))
    return { by: [...by] }
  }

  /** A child none of whose permissive policies ties it to its parent: one defect of the table, not one of each policy. */
  isUnscopedChild({ relation, category }: GuardedTable): boolean {
    if (category !== 'child') return false
    const openings = this.openings(relation)
    const open = new Set(openings.map(({ policy }) => policy))
    const hasTied = relation.policies.some(
      (policy) => policy.permissive && this.tenantRoles(policy).length > 0 && !open.has(policy),
    )
    return !hasTied && openings.some(({ constant }) => !constant)
  }

  /** The roles of a policy that act for tenants; a policy without any admits no tenant. */
  tenantRoles(policy: Policy): readonly string[] {
    return policy.roles.filter((role) => this.#actsForTenants(role))
  }

  /** Whether the role may act for a tenant: not an exempt one, nor one that is set apart. */
  actsForTenants(role: RoleName): boolean {
    return this.#actsForTenants(role)
  }

  /** What the verdict on another relation takes from this one beside its record. The same text means the same verdict. */
  standing(relation: Relation): string {
    const { parents, ...bindings } = this.#bindingsOf(relation)
    const gap = protectionGap(this.#model, relation)
    const keys = parents.map(({ name }) => name)
    return JSON.stringify([bindings, keys, gap?.cause, gap?.from, this.#isIsolated(relation)])
  }

  isGuarded(relation: Relation): boolean {
    return isGuarded(this.#model, this.#tenancy, relation)
  }

  #bindingsOf(relation: Relation): Bindings {
    let bindings = this.#bindings.get(relation.id)
    if (bindings === undefined) {
      bindings = bindingsOf(this.#model, this.#tenancy, relation)
      this.#bindings.set(relation.id, bindings)
    }
    return bindings
  }

  #actsForTenants(role: string): boolean {
    let acts = this.#tenantRoles.get(role)
    if (acts === undefined) {
      acts = actsForTenants(this.#model, this.#tenancy, role)
      this.#tenantRoles.set(role, acts)
    }
    return acts
  }

  /** While a relation is being judged it counts as open, so that a circle of policies proves nothing. */
  #isIsolated(relation: Relation): boolean {
    const known = this.#isolated.get(relation.id)
    if (known !== undefined) return known
    this.#isolated.set(relation.id, false)
    const isIsolated =
      relation.rowSecurityEnabled &&
      !this.openings(relation).some(({ commands }) => commands.includes('select'))
    this.#isolated.set(relation.id, isIsolated)
    return isIsolated
  }
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
