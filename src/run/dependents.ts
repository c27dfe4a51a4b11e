import { isTable } from '../model/questions.ts'
import type { Column, Focus, Relation, RelationId, RoutineId, SchemaModel } from '../model/schema-model.ts'
import { Isolation } from '../policy/isolation.ts'
import type { RoutineBodies } from '../policy/routines.ts'
import { isUserColumn } from '../policy/user-columns.ts'
import type { HistoryStep } from '../replay/history.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { callKey, DependencyGraph } from './dependency-graph.ts'

/** What is to be examined again after a file, and which moved object is the cause. */
export interface Reexamination {
  readonly focus: Focus
  /** Relation to the moved object (relation or routine) that drew it in; itself where it moved. */
  readonly causes: ReadonlyMap<RelationId, string>
}

/**
 * Which relations a check may judge otherwise because another object moved: children by foreign key, partitions,
 * inheritors, readers of a view's relations, relations whose policies read or call what moved. Kept step by step,
 * so that a file costs what it moves and not the whole model.
 */
export class Dependents {
  readonly #tenancy: Tenancy
  readonly #bodies: RoutineBodies
  readonly #graph: DependencyGraph
  readonly #recorded = new Map<RelationId, Relation>()
  /** Routines that run or ran as their owner, which may set a role apart. */
  readonly #definers = new Set<RoutineId>()
  readonly #keys: ReadonlySet<string>
  /** What others saw of a table beside its record, when it was reached last. */
  readonly #standings = new Map<RelationId, string>()
  #isolation: Isolation

  constructor(model: SchemaModel, tenancy: Tenancy, bodies: RoutineBodies) {
    this.#tenancy = tenancy
    this.#bodies = bodies
    this.#graph = new DependencyGraph(bodies)
    this.#keys = keysOf(tenancy)
    this.#isolation = new Isolation(model, tenancy, bodies)
    this.#record(model, model.relations.keys(), model.routines.keys())
    this.#isolation.askRoles()
  }

  /** The answers about the model as it stands: those that the last file cannot have changed are kept. */
  get isolation(): Isolation {
    return this.#isolation
  }

  /** To be asked once for each file, in order. */
  reexamine({ model, moved, movedNamespaces }: HistoryStep): Reexamination {
    const causes = new Map<RelationId, string>([...moved.relations].map((id) => [id, id]))
    const changed = this.#changed(model, moved)
    const everything = this.#concernsAll(changed, moved)
    if (everything) {
      this.#isolation = new Isolation(model, this.#tenancy, this.#bodies)
      this.#standings.clear()
    } else {
      this.#isolation.doubt()
      const reached = this.#reached(changed, model)
      this.#isolation.trust(reached.keys())
      for (const [id, cause] of reached) {
        if (!causes.has(id) && model.relations.has(id)) causes.set(id, cause)
      }
    }
    for (const id of everything ? model.relations.keys() : inNamespaces(model, movedNamespaces)) {
      if (!causes.has(id)) causes.set(id, id)
    }
    const focus = {
      relations: new Set(causes.keys()),
      routines: moved.cluster ? new Set(model.routines.keys()) : moved.routines,
      unmodelled: moved.unmodelled,
      cluster: moved.cluster || movedNamespaces.size > 0,
    }
    return { causes, focus }
  }

  /** What moved in a way that verdicts may hang on, as the graph has it; and the moved object. */
  #changed(model: SchemaModel, { relations, routines }: Focus): Map<string, string> {
    const before = [...relations].map((id) => [id, this.#recorded.get(id)] as const)
    this.#record(model, relations, routines)
    const changed = new Map<string, string>()
    for (const [id, relation] of before) {
      if (!this.#looksTheSame(relation, model.relations.get(id))) changed.set(id, id)
    }
    for (const id of routines) changed.set(callKey(id), id)
    return changed
  }

  /** Roles and privileges concern every relation, and so do the tables of tenants and memberships. */
  #concernsAll(changed: ReadonlyMap<string, string>, { cluster, routines }: Focus): boolean {
    const { tenants, memberships } = this.#tenancy
    const isOfDefiner = [...routines].some((id) => this.#definers.has(id))
    return (
      cluster ||
      (tenants !== null && changed.has(tenants)) ||
      (memberships !== null && changed.has(memberships.relation)) ||
      (isOfDefiner && this.#isolation.haveRolesChanged())
    )
  }

  /** Goes on from a table only where what others see of it is not what it was. */
  #reached(changed: ReadonlyMap<string, string>, model: SchemaModel): ReadonlyMap<string, string> {
    const reached = new Map(changed)
    for (const [key, cause] of reached) {
      const dependents = this.#graph.dependentsOf(key)
      if (dependents.length === 0) this.#standings.delete(key)
      else if (this.#hasNewStanding(key, model.relations.get(key)) || changed.has(key)) {
        for (const dependent of dependents) if (!reached.has(dependent)) reached.set(dependent, cause)
      }
    }
    return reached
  }

  #hasNewStanding(id: string, relation: Relation | undefined): boolean {
    if (relation === undefined || !isTable(relation)) return true
    const before = this.#standings.get(id)
    const standing = this.#isolation.standing(relation)
    this.#standings.set(id, standing)
    return standing !== before
  }

  /** Whether nothing is judged otherwise for the change of a record alone: of an index, a grant, a column that no policy names. */
  #looksTheSame(one: Relation | undefined, other: Relation | undefined): boolean {
    if (one === undefined || other === undefined) return one === other
    return (
      one.kind === other.kind &&
      one.persistence === other.persistence &&
      one.constraints === other.constraints &&
      one.policies === other.policies &&
      one.inherits === other.inherits &&
      one.partitionOf === other.partitionOf &&
      one.view === other.view &&
      one.origin === other.origin &&
      one.rowSecurityEnabled === other.rowSecurityEnabled &&
      one.rowSecurityForced === other.rowSecurityForced &&
      one.rowSecurityEnabledSource === other.rowSecurityEnabledSource &&
      one.rowSecurityForcedSource === other.rowSecurityForcedSource &&
      this.#lookTheSame(one.columns, other.columns)
    )
  }

  #lookTheSame(some: readonly Column[], others: readonly Column[]): boolean {
    if (some === others) return true
    if (some.length === 0 || others.length === 0) return false
    const matters = ({ name }: Column) =>
      this.#graph.hasName(name) || this.#keys.has(name) || isUserColumn(name)
    const rest = others.filter(matters)
    const before = some.filter(matters)
    return before.length === rest.length && before.every((column, at) => column === rest[at])
  }

  #record(model: SchemaModel, relations: Iterable<RelationId>, routines: Iterable<RoutineId>): void {
    for (const id of relations) {
      const relation = model.relations.get(id)
      this.#graph.recordRelation(id, this.#recorded.get(id), relation)
      if (relation === undefined) this.#recorded.delete(id)
      else this.#recorded.set(id, relation)
    }
    for (const id of routines) {
      const routine = model.routines.get(id)
      if (routine === undefined) continue
      this.#graph.recordRoutine(routine)
      if (routine.securityDefiner) this.#definers.add(id)
    }
  }
}

/** The columns that the declaration names. */
function keysOf({ tenantKey, tenantKeys, memberships }: Tenancy): ReadonlySet<string> {
  const ofMemberships = memberships === null ? [] : [memberships.tenantKey, memberships.userKey]
  return new Set([tenantKey, ...Object.values(tenantKeys), ...ofMemberships])
}

function inNamespaces(model: SchemaModel, names: ReadonlySet<string>): RelationId[] {
  if (names.size === 0) return []
  return [...model.relations.values()].filter(({ namespace }) => names.has(namespace)).map(({ id }) => id)
}
