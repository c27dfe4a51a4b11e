import type { Constraint, Grant, Relation, RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import type { DroppedObject } from './dependents.ts'
import { mapShared } from './expressions.ts'
import { columnWith, relationWith } from './records.ts'
import type { State } from './state.ts'

type RelationPart = Extract<DroppedObject, { readonly relation: RelationId }>

/** Takes objects out of the state, and what is said of them elsewhere. Dependents are the caller's affair. */
export function removeObjects(state: State, objects: readonly DroppedObject[]): void {
  const parts = new Map<RelationId, RelationPart[]>()
  for (const object of objects) {
    if ('relation' in object) parts.set(object.relation, [...(parts.get(object.relation) ?? []), object])
    else removeObject(state, object)
  }
  for (const [id, dropped] of parts) {
    const relation = state.relations.get(id)
    if (relation !== undefined) state.put(withoutParts(state, relation, dropped))
  }
}

function removeObject(state: State, { kind, id }: Exclude<DroppedObject, RelationPart>): void {
  if (kind === 'relation') removeRelation(state, id)
  else if (kind === 'namespace') removeNamespace(state, id)
  else {
    const { routines, types, sequences, extensions, publications, eventTriggers } = state
    const maps = {
      routine: routines,
      type: types,
      sequence: sequences,
      extension: extensions,
      publication: publications,
      'event-trigger': eventTriggers,
    }
    maps[kind].delete(id)
  }
}

function removeRelation(state: State, id: RelationId): void {
  const relation = state.relations.get(id)
  if (relation === undefined) return
  for (const { name } of relation.indexes) state.indexes.delete(displayId(relation.namespace, name))
  for (const [former, present] of state.formerIds) if (present === id) state.formerIds.delete(former)
  for (const [key, publication] of state.publications) {
    if (publication.relations.includes(id)) {
      const relations = publication.relations.filter((published) => published !== id)
      const narrowed = publication.narrowed.filter(({ name }) => name !== id)
      state.publications.set(key, { ...publication, relations, narrowed })
    }
  }
  state.notNullNames.delete(id)
  state.relations.delete(id)
}

function removeNamespace(state: State, name: string): void {
  for (const [key, privilege] of state.defaultPrivileges) {
    if (privilege.namespace === name) state.defaultPrivileges.delete(key)
  }
  for (const [key, publication] of state.publications) {
    if (publication.namespaces.includes(name)) {
      const namespaces = publication.namespaces.filter((published) => published !== name)
      state.publications.set(key, { ...publication, namespaces })
    }
  }
  state.namespaces.delete(name)
}

function withoutParts(state: State, relation: Relation, parts: readonly RelationPart[]): Relation {
  const dropped = (kind: RelationPart['kind']) =>
    new Set(parts.filter((part) => part.kind === kind).map(({ name }) => name))
  const columns = dropped('column')
  const defaults = dropped('default')
  const constraints = dropped('constraint')
  const indexes = dropped('index')
  for (const { name, index } of relation.constraints) {
    if (index !== null && constraints.has(name)) indexes.add(index)
  }
  for (const name of indexes) state.indexes.delete(displayId(relation.namespace, name))
  if (columns.size > 0) forgetNotNullNames(state, relation.id, columns)
  return relationWith(relation, {
    columns: mapShared(without(relation.columns, columns), (column) =>
      defaults.has(column.name) && column.default !== null ? columnWith(column, { default: null }) : column,
    ),
    constraints: without<Constraint>(relation.constraints, constraints),
    indexes: without(relation.indexes, indexes),
    policies: without(relation.policies, dropped('policy')),
    triggers: without(relation.triggers, dropped('trigger')),
    rules: without(relation.rules, dropped('rule')),
    grants: columns.size === 0 ? relation.grants : withoutColumns(relation.grants, columns),
  })
}

function without<T extends { readonly name: string }>(
  items: readonly T[],
  names: ReadonlySet<string>,
): readonly T[] {
  return names.size === 0 ? items : items.filter(({ name }) => !names.has(name))
}

function withoutColumns(grants: readonly Grant[], dropped: ReadonlySet<string>): readonly Grant[] {
  return grants.flatMap((grant) => {
    if (!grant.columns?.some((column) => dropped.has(column))) return [grant]
    const columns = grant.columns.filter((column) => !dropped.has(column))
    return columns.length === 0 ? [] : [{ ...grant, columns }]
  })
}

function forgetNotNullNames(state: State, id: RelationId, columns: ReadonlySet<string>): void {
  const names = state.notNullNames.get(id)
  if (names === undefined) return
  state.notNullNames.set(id, new Map([...names].filter(([column]) => !columns.has(column))))
}
