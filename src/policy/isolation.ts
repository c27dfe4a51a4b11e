import { examinedRelations, isTable } from '../model/questions.ts'
import type {
  Focus,
  Policy,
  Relation,
  RelationId,
  RoleName,
  Routine,
  SchemaModel,
} from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { BareNames } from './bare-names.ts'
import { type Bindings, bindingsOf } from './bindings.ts'
import { type GuardedTable, isGuarded, isolated } from './category.ts'
import { ContextValues } from './context-value.ts'
import { type Assumed, type NearTie, nearTieOf } from './near-tie.ts'
import { describeOpening } from './opening-text.ts'
import { type Judge, type Opening, type Openings, openingsOf } from './openings.ts'
import { type GapCause, type ProtectionGap, protectionGap } from './protection-gap.ts'
import { actsForTenants } from './roles.ts'
import { ContextRoutines, type RoutineBodies } from './routines.ts'
import { type Dependence, standingOf } from './standing.ts'
import { Ties } from './ties.ts'

export interface TableGap extends GuardedTable {
  readonly gap: ProtectionGap
}

/** What is known of relations, by id. */
interface Answers {
  readonly openings: Map<RelationId, Openings>
  readonly bindings: Map<RelationId, Bindings>
  readonly isolated: Map<RelationId, boolean>
}

/** What the checks ask of a model, each question answered once as long as the model stands. */
export class Isolation {
  readonly #tenancy: Tenancy
  readonly #bodies: RoutineBodies
  readonly #tenantRoles = new Map<string, boolean>()
  readonly #nearTies = new WeakMap<Opening, NearTie | null>()
  readonly #descriptions = new WeakMap<Opening, string>()
  /** The relations of which it is being found out what they show, and whether a policy asks about that meanwhile. */
  readonly #judging = new Map<RelationId, boolean>()
  readonly #judge: Judge = {
    looseBranch: (relation, expression, clause) => this.#plain.looseBranch(relation, expression, clause),
    tenantRoles: (policy) => this.tenantRoles(policy),
  }
  #model: SchemaModel
  #values: ContextValues
  #plain: Ties
  #answers = noAnswers()
  #former = noAnswers()
  /** The openings of relations of which nothing but the policies has changed since. */
  #outdated: ReadonlyMap<RelationId, Openings> = new Map()
  #tables: readonly GuardedTable[] | null = null
  #gaps: readonly TableGap[] | null = null

  constructor(model: SchemaModel, tenancy: Tenancy, bodies: RoutineBodies) {
    this.#model = model
    this.#tenancy = tenancy
    this.#bodies = bodies
    this.#values = this.#newValues()
    this.#plain = this.#ties({})
  }

  /** To be called when the model has changed: nothing holds until `trust` tells what does. */
  doubt(): void {
    this.#former = this.#answers
    this.#answers = noAnswers()
    this.#outdated = new Map()
    this.#tables = null
    this.#gaps = null
    this.#values = this.#newValues()
    this.#plain = this.#ties({})
  }

  /**
   * Takes up the answers of before, but for those about relations that are to be judged anew. `amended`: those among them of
   * which nothing but the policies is another. `bound`: others that have other constraints.
   */
  trust(anew: Iterable<RelationId>, amended: Iterable<RelationId>, bound: Iterable<RelationId>): void {
    const { openings, bindings, isolated } = this.#former
    this.#outdated = new Map([...amended].map((id) => [id, openings.get(id) ?? new Map()]))
    for (const id of bound) bindings.delete(id)
    for (const id of anew) {
      openings.delete(id)
      bindings.delete(id)
      isolated.delete(id)
    }
    for (const [id, answer] of this.#answers.openings) openings.set(id, answer)
    for (const [id, answer] of this.#answers.bindings) bindings.set(id, answer)
    for (const [id, answer] of this.#answers.isolated) isolated.set(id, answer)
    this.#answers = this.#former
  }

  /** Asks about every role that a policy or grant names, so that `haveRolesChanged` can tell whatever was examined. */
  askRoles(): void {
    for (const { policies, grants } of this.#model.relations.values()) {
      for (const { roles } of policies) for (const role of roles) this.#actsForTenants(role)
      for (const { grantee } of grants) this.#actsForTenants(grantee)
    }
  }

  /** Whether a role that was asked about acts for tenants where it didn't, or no longer does. */
  haveRolesChanged(): boolean {
    return [...this.#tenantRoles].some(
      ([role, acts]) => actsForTenants(this.#model, this.#tenancy, role) !== acts,
    )
  }

  /** What the checks are to look at from now on. */
  focusOn(focus: Focus | null): SchemaModel {
    if (focus === this.#model.focus) return this.#model
    this.#model = { ...this.#model, focus }
    this.#tables = null
    this.#gaps = null
    return this.#model
  }

  /** The tables that a check is to look at: permanent, in a guarded namespace, and not the system's own. */
  get tables(): readonly GuardedTable[] {
    this.#tables ??= examinedRelations(this.#model).flatMap((relation): GuardedTable[] => {
      if (!isTable(relation) || !this.isGuarded(relation)) return []
      const { category } = this.#bindingsOf(relation)
      return category === 'system' ? [] : [{ relation, category }]
    })
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
    const openings = this.#answers.openings.get(relation.id) ?? this.#judgePolicies(relation)
    return [...openings.values()].flat()
  }

  /** A sentence about an opening. */
  describe(relation: Relation, opening: Opening): string {
    return remembered(this.#descriptions, opening, () =>
      describeOpening(relation, opening, this.#bindingsOf(relation)),
    )
  }

  /** What keeps a predicate from tying the tenant, where it comes near; null where it doesn't. */
  nearTie(relation: Relation, opening: Opening): NearTie | null {
    return remembered(this.#nearTies, opening, () =>
      nearTieOf(this.#model, this.#tenancy, relation, opening, {
        bindingsOf: (read) => this.#bindingsOf(read),
        isIsolated: (read) => this.#isIsolated(read),
        ties: (assumed) => this.#ties(assumed),
      }),
    )
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

  /**
   * Whether other constraints, of columns that no policy of the relation names, make a verdict on it another one. To be asked
   * between `doubt` and `trust`.
   */
  isBoundOtherwise(relation: Relation): boolean {
    const before = this.#former.bindings.get(relation.id)
    const bindings = this.#bindingsOf(relation)
    return relation.policies.length === 0
      ? before?.category !== bindings.category
      : JSON.stringify(before) !== JSON.stringify(bindings)
  }

  /** What the verdict on a dependent relation takes from this one beside its record. */
  standing(relation: Relation, dependence: Dependence): string {
    const isIsolated = () => this.#isIsolated(relation)
    const bindings = this.#bindingsOf(relation)
    return standingOf(this.#model, this.#tenancy, relation, bindings, isIsolated, dependence)
  }

  /** Whether it is a table whose rows belong to tenants or users, each to his own. */
  holdsTenantRows(relation: Relation): boolean {
    return isTable(relation) && this.isGuarded(relation) && isolated.has(this.#bindingsOf(relation).category)
  }

  /** What the body of a routine leaves to the search path. */
  bareNames(routine: Routine): BareNames {
    return this.#bodies.bareNamesOf(routine)
  }

  isGuarded(relation: Relation): boolean {
    return isGuarded(this.#model, this.#tenancy, relation)
  }

  #newValues(): ContextValues {
    const routines = new ContextRoutines(this.#model, this.#tenancy, this.#bodies)
    return new ContextValues(this.#model, routines)
  }

  #ties({ bindingsOf, isIsolated }: Assumed): Ties {
    return new Ties(
      this.#model,
      this.#tenancy,
      this.#values,
      bindingsOf ?? ((relation) => this.#bindingsOf(relation)),
      isIsolated ?? ((relation) => this.#isIsolated(relation)),
      (role) => !this.#actsForTenants(role),
    )
  }

  #bindingsOf(relation: Relation): Bindings {
    return remembered(this.#answers.bindings, relation.id, () =>
      bindingsOf(this.#model, this.#tenancy, relation),
    )
  }

  #actsForTenants(role: string): boolean {
    return remembered(this.#tenantRoles, role, () => actsForTenants(this.#model, this.#tenancy, role))
  }

  #isIsolated(relation: Relation): boolean {
    const { id, rowSecurityEnabled } = relation
    if (!rowSecurityEnabled) return false
    if (this.#judging.has(id)) this.#judging.set(id, true)
    else if (!this.#answers.isolated.has(id)) this.#judgePolicies(relation)
    return this.#answers.isolated.get(id) ?? false
  }

  /**
   * While it is found out what a relation shows it counts as open, so that a circle of policies proves nothing. Policies that read
   * their own table are then judged by what it shows.
   */
  #judgePolicies(relation: Relation): Openings {
    const { id, rowSecurityEnabled } = relation
    const { openings, isolated } = this.#answers
    const judge = () => openingsOf(relation, this.#judge, this.#outdated.get(id))
    const isKnown = !rowSecurityEnabled || isolated.has(id) || this.#judging.has(id)
    if (!isKnown) this.#judging.set(id, false)
    let found = judge()
    if (!isKnown) {
      const wasAsked = this.#judging.get(id) === true
      this.#judging.delete(id)
      const isIsolated = ![...found.values()].flat().some(({ commands }) => commands.includes('select'))
      isolated.set(id, isIsolated)
      if (wasAsked && isIsolated) found = judge()
    }
    openings.set(id, found)
    return found
  }
}

interface Memory<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): unknown
}

/** What is known, or else the answer, known from then on. */
function remembered<K, V>(memory: Memory<K, V>, key: K, answer: () => V): V {
  const known = memory.get(key)
  if (known !== undefined) return known
  const found = answer()
  memory.set(key, found)
  return found
}

function noAnswers(): Answers {
  return { openings: new Map(), bindings: new Map(), isolated: new Map() }
}
