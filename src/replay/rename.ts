import { defaultPrivilegeKey } from '../model/keys.ts'
import type { Constraint, Relation, RelationId, RoutineId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import type { StatementContext } from './context.ts'
import { assign, mapShared } from './expressions.ts'
import { moveObjects } from './move.ts'
import type { Address } from './moves.ts'
import { isRelationNameTaken } from './names.ts'
import type { State } from './state.ts'

/** Renames or moves a relation with its indexes and the sequences that its columns own; false where the name is taken. */
export function moveRelation(context: StatementContext, id: RelationId, to: Address): boolean {
  const { state } = context
  const relation = state.relations.get(id)
  if (relation === undefined || isTaken(context, to, [id])) return false
  const moves = new Map([[id, to]])
  if (to.namespace !== relation.namespace) {
    for (const sequence of state.sequencesByOwner.group(id)) {
      moves.set(sequence.id, { namespace: to.namespace, name: sequence.name })
    }
  }
  moveObjects(state, moves)
  const moved = state.relations.get(displayId(to.namespace, to.name))
  if (moved !== undefined) state.put({ ...moved, source: context.source })
  return true
}

/** Renames or moves a sequence or type. */
export function moveNamed(context: StatementContext, id: string, to: Address): boolean {
  if (isTaken(context, to, [])) return false
  moveObjects(context.state, new Map([[id, to]]))
  return true
}

export function moveRoutine(context: StatementContext, id: RoutineId, to: Address): boolean {
  moveObjects(context.state, new Map([[id, to]]))
  return true
}

function isTaken(
  context: StatementContext,
  { namespace, name }: Address,
  affects: readonly string[],
): boolean {
  const { state } = context
  const id = displayId(namespace, name)
  if (!isRelationNameTaken(state, namespace, name) && !state.types.has(id)) return false
  context.unmodelled(`${id} exists already`, [...affects, id])
  return true
}

/** Renames a namespace: everything in it moves along. */
export function renameNamespace(state: State, from: string, to: string): void {
  const moves = new Map<string, Address>()
  for (const map of [state.relations, state.types, state.sequences, state.routines]) {
    for (const { id, namespace, name } of map.values()) {
      if (namespace === from) moves.set(id, { namespace: to, name })
    }
  }
  moveObjects(state, moves)
  const namespace = state.namespaces.get(from)
  if (namespace !== undefined) {
    state.namespaces.delete(from)
    state.namespaces.set(to, { ...namespace, name: to })
  }
  for (const [key, privilege] of [...state.defaultPrivileges]) {
    if (privilege.namespace !== from) continue
    const after = { ...privilege, namespace: to }
    state.defaultPrivileges.delete(key)
    state.defaultPrivileges.set(defaultPrivilegeKey(after), after)
  }
  for (const [key, publication] of state.publications) {
    const namespaces = mapShared(publication.namespaces, (each) => (each === from ? to : each))
    state.publications.set(key, assign(publication, { namespaces }))
  }
  for (const [key, extension] of state.extensions) {
    if (extension.namespace === from) state.extensions.set(key, { ...extension, namespace: to })
  }
}

/** Renames an index and, with it, the constraint that it stands behind. */
export function renameIndex(state: State, relation: Relation, from: string, to: string): void {
  state.indexes.delete(displayId(relation.namespace, from))
  state.indexes.set(displayId(relation.namespace, to), relation.id)
  state.put({
    ...relation,
    indexes: mapShared(relation.indexes, (index) => (index.name === from ? { ...index, name: to } : index)),
    constraints: mapShared(relation.constraints, (constraint) =>
      constraint.index === from
        ? { ...constraint, index: to, name: constraint.name === from ? to : constraint.name }
        : constraint,
    ),
  })
}

/** Renames a constraint: with the index behind it, and a CHECK in the inheriting children too. */
export function renameConstraint(state: State, relation: Relation, constraint: Constraint, to: string): void {
  if (constraint.index !== null) {
    renameIndex(state, relation, constraint.index, to)
    return
  }
  const from = constraint.name
  state.put({ ...relation, constraints: renamedPart(relation.constraints, from, to) })
  if (constraint.kind !== 'check' || constraint.noInherit) return
  for (const child of state.relations.childrenOf(relation.id)) {
    const inherited = child.constraints.find(({ name, kind }) => name === from && kind === 'check')
    if (inherited !== undefined) renameConstraint(state, child, inherited, to)
  }
}

/** Renames a trigger, on the partitions that have it from here too. */
export function renameTrigger(state: State, relation: Relation, from: string, to: string): void {
  const trigger = relation.triggers.find(({ name }) => name === from)
  state.put({ ...relation, triggers: renamedPart(relation.triggers, from, to) })
  for (const child of state.relations.childrenOf(relation.id)) {
    const copied = child.triggers.some(({ name, routine }) => name === from && routine === trigger?.routine)
    if (copied && child.partitionOf === relation.id) renameTrigger(state, child, from, to)
  }
}

/** A list of parts with one under another name. */
export function renamedPart<T extends { readonly name: string }>(
  parts: readonly T[],
  from: string,
  to: string,
): readonly T[] {
  return mapShared(parts, (part) => (part.name === from ? { ...part, name: to } : part))
}
