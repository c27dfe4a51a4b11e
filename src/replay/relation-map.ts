import type { Relation, RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { JournaledMap } from './journal.ts'

/** The relations, and what is asked of all of them at once: constraint names of a namespace, children of a parent. */
export class RelationMap extends JournaledMap<Relation> {
  /** How many constraints of a namespace have a name, by `displayId`. */
  readonly #constraintNames = new Map<string, number>()
  readonly #byParent = this.groupedBy(parentsOf)
  readonly #changed = new Map<RelationId, Relation | undefined>()

  /** Whether a constraint of any relation of the namespace has the name. */
  hasConstraint(namespace: string, name: string): boolean {
    return this.#constraintNames.has(displayId(namespace, name))
  }

  /** Partitions and inheritors of a relation, the direct ones, sorted by id. */
  childrenOf(parent: RelationId): Relation[] {
    return this.#byParent.group(parent).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** The partitions of a partitioned table, the direct ones. */
  partitionsOf(parent: RelationId): Relation[] {
    return this.childrenOf(parent).filter((child) => child.partitionOf === parent)
  }

  /** The relations that were set or taken away since this was asked last, each as it was then. */
  takeChanged(): readonly [RelationId, Relation | undefined][] {
    const changed = [...this.#changed]
    this.#changed.clear()
    return changed
  }

  /** Whether a relation is another one or a partition or inheritor of it, at any depth. */
  comesFrom(id: RelationId, ancestor: RelationId): boolean {
    return id === ancestor || parentsOf(this.get(id)).some((parent) => this.comesFrom(parent, ancestor))
  }

  protected override replace(
    key: RelationId,
    before: Relation | undefined,
    after: Relation | undefined,
  ): void {
    if (!this.#changed.has(key)) this.#changed.set(key, before)
    super.replace(key, before, after)
    if (before?.constraints !== after?.constraints) {
      this.#count(before, after, -1)
      this.#count(after, before, 1)
    }
  }

  /** Counts the constraints that the other state of the relation doesn't have. */
  #count(relation: Relation | undefined, other: Relation | undefined, step: 1 | -1): void {
    if (relation === undefined) return
    for (const [at, constraint] of relation.constraints.entries()) {
      if (other?.constraints[at] === constraint || other?.constraints.includes(constraint)) continue
      const id = displayId(relation.namespace, constraint.name)
      const count = (this.#constraintNames.get(id) ?? 0) + step
      if (count === 0) this.#constraintNames.delete(id)
      else this.#constraintNames.set(id, count)
    }
  }
}

/** The parents of a relation, by partitioning and by inheritance. */
export function parentsOf(relation: Relation | undefined): readonly RelationId[] {
  if (relation === undefined) return []
  return relation.partitionOf === null ? relation.inherits : [relation.partitionOf, ...relation.inherits]
}
