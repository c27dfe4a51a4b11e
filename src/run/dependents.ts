import type { Examination } from '../checks/examine.ts'
import { isTable } from '../model/questions.ts'
import type { Focus, Relation, RelationId, RoutineId, SchemaModel } from '../model/schema-model.ts'
import { Isolation } from '../policy/isolation.ts'
import type { RoutineBodies } from '../policy/routines.ts'
import { type Dependence, dependences } from '../policy/standing.ts'
import { isUserColumn } from '../policy/user-columns.ts'
import type { HistoryStep } from '../replay/history.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { callKey, DependencyGraph } from './dependency-graph.ts'
import { type RelationChange, relationChange, type TellingColumns } from './relation-change.ts'

/** What is to be examined again after a file, and which moved object is the cause. */
export interface Reexamination extends Examination {
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
  /** Routines that run or ran as an owner that is known, which may set the role apart. */
  readonly #definers = new Set<RoutineId>()
  readonly #keys: ReadonlySet<string>
  /** What dependents saw of a table beside its record, when it was reached last. */
  #standings = emptyStandings()
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
    const changes = this.#changes(model, moved)
    const causes = new Map<RelationId, string>([...moved.relations].map((id) => [id, id]))
    const judged = new Set<RelationId>()
    const judge = (id: RelationId, cause: string) => {
      judged.add(id)
      if (!causes.has(id)) causes.set(id, cause)
    }
    if (this.#concernsAll(changes, moved)) {
      this.#isolation = new Isolation(model, this.#tenancy, this.#bodies)
      this.#standings = emptyStandings()
      for (const id of [...moved.relations, ...model.relations.keys()]) judge(id, id)
    } else {
      for (const [id, cause] of this.#judgedAnew(changes, moved, model)) {
        if (changes.has(id) || model.relations.has(id)) judge(id, cause)
      }
      for (const id of inNamespaces(model, movedNamespaces)) judge(id, id)
    }
    const focus = {
      relations: judged,
      routines: moved.cluster ? new Set(model.routines.keys()) : moved.routines,
      unmodelled: moved.unmodelled,
      cluster: moved.cluster || movedNamespaces.size > 0,
    }
    return { focus, moved: new Map([...changes].map(([id, { parts }]) => [id, parts])), causes }
  }

  #changes(model: SchemaModel, { relations, routines }: Focus): Map<RelationId, RelationChange> {
    const before = [...relations].map((id) => [id, this.#recorded.get(id)] as const)
    this.#record(model, relations, routines)
    return new Map(
      before.map(([id, former]) => {
        const relation = model.relations.get(id)
        return [id, relationChange(former, relation, this.#tellingColumns(relation))]
      }),
    )
  }

  #tellingColumns(relation: Relation | undefined): TellingColumns {
    const isKey = (name: string) => this.#keys.has(name) || isUserColumn(name)
    return {
      own: (name) => isKey(name) || (relation !== undefined && this.#graph.hasOwnName(relation, name)),
      read: (name) => isKey(name) || this.#graph.hasName(name),
    }
  }

  /** Roles and privileges concern every relation, and so do the tables of tenants and memberships. */
  #concernsAll(changes: ReadonlyMap<RelationId, RelationChange>, { cluster, routines }: Focus): boolean {
    const { tenants, memberships } = this.#tenancy
    const haveChanged = [tenants, memberships?.relation].some((id) => {
      const change = changes.get(id ?? '')
      return change !== undefined && (change.judged || change.read)
    })
    const isOfDefiner = [...routines].some((id) => this.#definers.has(id))
    return cluster || haveChanged || (isOfDefiner && this.#isolation.haveRolesChanged())
  }

  /** What is to be judged anew, each with the moved object that is the cause. */
  #judgedAnew(
    changes: ReadonlyMap<RelationId, RelationChange>,
    { routines }: Focus,
    model: SchemaModel,
  ): ReadonlyMap<string, string> {
    this.#isolation.doubt()
    const judged = new Map<string, string>()
    const seen = new Map<string, string>([...routines].map((id) => [callKey(id), id]))
    const bound: RelationId[] = []
    const amended = new Set<RelationId>()
    for (const [id, change] of changes) {
      if (change.judged || change.read) seen.set(id, id)
      if (change.judged) judged.set(id, id)
      if (change.amended) amended.add(id)
      const relation = model.relations.get(id)
      if (relation === undefined || !change.parts.includes('constraints')) continue
      bound.push(id)
      if (this.#isolation.isBoundOtherwise(relation)) judged.set(id, id)
    }
    for (const [key, cause] of seen) {
      for (const dependent of this.#reachedFrom(key, changes.get(key), model)) {
        amended.delete(dependent)
        if (!judged.has(dependent)) judged.set(dependent, cause)
        if (!seen.has(dependent)) seen.set(dependent, cause)
      }
    }
    for (const id of seen.keys()) this.#noteStandings(id, model)
    this.#isolation.trust(judged.keys(), amended, bound)
    return judged
  }

  /** What is judged by what moved or was judged anew, where what it sees of that is not what it was. */
  #reachedFrom(key: string, change: RelationChange | undefined, model: SchemaModel): string[] {
    const relation = model.relations.get(key)
    return dependences.flatMap((dependence) => {
      const dependents = this.#graph.dependentsOf(key, dependence)
      const standings = this.#standings[dependence]
      if (dependents.length === 0 || relation === undefined || !isTable(relation)) {
        standings.delete(key)
        return dependents
      }
      const standing = this.#isolation.standing(relation, dependence)
      const isNew = standings.get(key) !== standing
      if (isNew) standings.set(key, standing)
      const isRead = dependence === 'reading' && change?.read === true
      return isNew || isRead ? dependents : []
    })
  }

  /** What a relation sees from now on of those that it hangs on and that nothing hung on before. */
  #noteStandings(id: string, model: SchemaModel): void {
    for (const dependence of dependences) {
      const standings = this.#standings[dependence]
      for (const key of this.#graph.dependenciesOf(id, dependence)) {
        const relation = standings.has(key) ? undefined : model.relations.get(key)
        if (relation === undefined || !isTable(relation)) continue
        standings.set(key, this.#isolation.standing(relation, dependence))
      }
    }
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
      if (routine.securityDefiner && routine.owner !== null) this.#definers.add(id)
    }
  }
}

function emptyStandings(): Record<Dependence, Map<RelationId, string>> {
  return { reference: new Map(), descent: new Map(), reading: new Map() }
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
