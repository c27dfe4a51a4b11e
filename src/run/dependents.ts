import { isTable } from '../model/questions.ts'
import type { Focus, Relation, RelationId, SchemaModel } from '../model/schema-model.ts'
import { Isolation } from '../policy/isolation.ts'
import type { Opening } from '../policy/openings.ts'
import type { RoutineBodies } from '../policy/routines.ts'
import type { HistoryStep } from '../replay/history.ts'
import { displayId } from '../sql/identifiers.ts'
import { type NodeKind, type NodeOf, strings, walk } from '../sql/node.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { callKey, RoutineCallers } from './routine-callers.ts'

/** What is to be examined again after a file, and which moved object is the cause. */
export interface Reexamination {
  readonly focus: Focus
  /** Relation to the moved object (relation or routine) that drew it in; itself where it moved. */
  readonly causes: ReadonlyMap<RelationId, string>
  /** What was answered on the way, for the checks to go on with. */
  readonly isolation: Isolation
}

/**
 * Which relations a check may judge otherwise because another object moved: children by foreign key, partitions,
 * inheritors, readers of a view's relations, relations whose policies read or call what moved. Kept step by step,
 * so that a file costs what it moves and not the whole model.
 */
export class Dependents {
  readonly #tenancy: Tenancy
  readonly #callers: RoutineCallers
  /** From a relation, or a routine's bare name, to the relations that depend on it. */
  readonly #dependents = new Map<string, Set<RelationId>>()
  readonly #dependencies = new Map<RelationId, ReadonlySet<string>>()
  readonly #recorded = new Map<RelationId, Relation>()
  /** What others saw of a table when it was reached last; its standing null where there were no others. */
  readonly #seen = new Map<RelationId, { readonly sight: Sight; readonly standing: string | null }>()
  /** The answers that were given before and still hold. */
  readonly #openings = new Map<RelationId, readonly Opening[]>()
  #last: Isolation | null = null
  readonly #bodies: RoutineBodies

  constructor(model: SchemaModel, tenancy: Tenancy, bodies: RoutineBodies) {
    this.#tenancy = tenancy
    this.#bodies = bodies
    this.#callers = new RoutineCallers(bodies)
    for (const [id, relation] of model.relations) this.#record(id, relation)
    this.#callers.record(model, model.routines.keys())
  }

  /** To be asked once for each file, in order. */
  reexamine({ model, moved, movedNamespaces }: HistoryStep): Reexamination {
    for (const id of moved.relations) this.#record(id, model.relations.get(id))
    this.#callers.record(model, moved.routines)
    const causes = new Map<RelationId, string>([...moved.relations].map((id) => [id, id]))
    const drawnIn = this.#everything(moved) ? model.relations.keys() : inNamespaces(model, movedNamespaces)
    for (const id of drawnIn) if (!causes.has(id)) causes.set(id, id)
    const isolation = new Isolation(model, this.#tenancy, this.#bodies)
    const reached = this.#close(causes, moved, model, isolation)
    this.#reuseAnswers(causes.keys(), reached, isolation)
    const focus = {
      relations: new Set(causes.keys()),
      routines: moved.cluster ? new Set(model.routines.keys()) : moved.routines,
      unmodelled: moved.unmodelled,
      cluster: moved.cluster || movedNamespaces.size > 0,
    }
    return { causes, focus, isolation }
  }

  #reuseAnswers(examined: Iterable<RelationId>, reached: ReadonlySet<string>, isolation: Isolation): void {
    for (const [id, openings] of this.#last?.answered ?? []) this.#openings.set(id, openings)
    for (const id of reached) this.#openings.delete(id)
    for (const id of examined) {
      const openings = this.#openings.get(id)
      if (openings !== undefined) isolation.answered.set(id, openings)
    }
    this.#last = isolation
  }

  /** Roles and privileges concern every relation, and so does what the table of memberships refers to. */
  #everything(moved: Focus): boolean {
    const { memberships } = this.#tenancy
    return moved.cluster || (memberships !== null && moved.relations.has(memberships.relation))
  }

  /**
   * Goes on from a table only where what others see of it is not what it was. Returns what was reached, names of routines
   * among it; a table that moved and looks the same is only examined itself.
   */
  #close(
    causes: Map<RelationId, string>,
    { relations, routines }: Focus,
    model: SchemaModel,
    isolation: Isolation,
  ): ReadonlySet<string> {
    const reached = new Map<string, string>()
    for (const [id, cause] of causes) {
      if (!relations.has(id) || this.#hasNewSight(id, model.relations.get(id))) reached.set(id, cause)
    }
    for (const id of routines) for (const name of this.#callers.of(id)) reached.set(name, id)
    for (const [key, cause] of reached) {
      if (!this.#looksOther(key, model.relations.get(key), isolation)) continue
      for (const dependent of this.#dependents.get(key) ?? []) {
        if (reached.has(dependent)) continue
        reached.set(dependent, cause)
        if (!causes.has(dependent)) causes.set(dependent, cause)
      }
    }
    return new Set(reached.keys())
  }

  #hasNewSight(id: RelationId, relation: Relation | undefined): boolean {
    const before = this.#seen.get(id)
    return relation === undefined || before === undefined || !isSameSight(before.sight, sightOf(relation))
  }

  /** Whether what depends on it may be judged otherwise. Where nothing does, nobody looks. */
  #looksOther(id: string, relation: Relation | undefined, isolation: Isolation): boolean {
    if (relation === undefined || !isTable(relation)) {
      this.#seen.delete(id)
      return true
    }
    const before = this.#seen.get(id)
    const sight = sightOf(relation)
    if ((this.#dependents.get(id)?.size ?? 0) === 0) {
      this.#seen.set(id, { sight, standing: null })
      return false
    }
    const standing = isolation.standing(relation)
    this.#seen.set(id, { sight, standing })
    return before === undefined || before.standing !== standing || !isSameSight(before.sight, sight)
  }

  #record(id: RelationId, relation: Relation | undefined): void {
    const before = this.#recorded.get(id)
    if (before !== undefined && relation !== undefined && haveSameDependencies(before, relation)) return
    for (const key of this.#dependencies.get(id) ?? []) this.#dependents.get(key)?.delete(id)
    if (relation === undefined) {
      this.#recorded.delete(id)
      this.#dependencies.delete(id)
      return
    }
    this.#recorded.set(id, relation)
    const dependencies = dependenciesOf(relation)
    this.#dependencies.set(id, dependencies)
    for (const key of dependencies) {
      const dependents = this.#dependents.get(key)
      if (dependents === undefined) this.#dependents.set(key, new Set([id]))
      else dependents.add(id)
    }
  }
}

/** What others see of a table's record. */
type Sight = readonly unknown[]

function sightOf(relation: Relation): Sight {
  const { kind, columns, constraints, policies, inherits, partitionOf, origin } = relation
  const flags = [relation.rowSecurityEnabled, relation.rowSecurityForced]
  return [kind, columns, constraints, policies, inherits, partitionOf, origin, ...flags]
}

function isSameSight(one: Sight, other: Sight): boolean {
  return one.every((fact, at) => fact === other[at])
}

function inNamespaces(model: SchemaModel, names: ReadonlySet<string>): RelationId[] {
  if (names.size === 0) return []
  return [...model.relations.values()].filter(({ namespace }) => names.has(namespace)).map(({ id }) => id)
}

/** Whether two records of a relation are the same where it depends on others. */
function haveSameDependencies(one: Relation, other: Relation): boolean {
  return (
    one.constraints === other.constraints &&
    one.policies === other.policies &&
    one.triggers === other.triggers &&
    one.view === other.view &&
    one.inherits === other.inherits &&
    one.partitionOf === other.partitionOf &&
    one.origin === other.origin
  )
}

function dependenciesOf(relation: Relation): Set<string> {
  const found = new Set<string>(relation.inherits)
  if (relation.partitionOf !== null) found.add(relation.partitionOf)
  for (const { references } of relation.constraints) if (references !== null) found.add(references.relation)
  for (const id of relation.view?.reads ?? []) found.add(id)
  for (const id of relation.view?.calls ?? []) found.add(callKey(id))
  for (const { routine } of relation.triggers) found.add(callKey(routine))
  for (const id of relation.origin?.from ?? []) found.add(id)
  if (relation.origin?.replaces) found.add(relation.origin.replaces)
  for (const { using, withCheck } of relation.policies) addNames(found, [using, withCheck])
  return found
}

/** The relations and routines that expressions name. */
function addNames(found: Set<string>, expressions: unknown): void {
  walk(expressions, (kind: NodeKind, value: unknown) => {
    if (kind === 'RangeVar') {
      const { schemaname, relname } = value as NodeOf<'RangeVar'>
      found.add(displayId(schemaname ?? '', relname ?? ''))
    } else if (kind === 'FuncCall') {
      found.add(`${strings((value as NodeOf<'FuncCall'>).funcname).at(-1)}()`)
    }
    return true
  })
}
