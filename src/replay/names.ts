import type { RangeVar } from 'libpg-query'
import type { Relation } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import type { State } from './state.ts'

/** The namespace of temporary objects, one for the whole history. */
export const temporaryNamespace = 'pg_temp'

/** Where CREATE puts a relation: the namespace written, or the first of the search path that exists. */
export function creationNamespace(state: State, target: RangeVar): string {
  if (target.relpersistence === 't') return temporaryNamespace
  if (target.schemaname !== undefined) return target.schemaname
  const path = state.session.searchPath
  return path.find((name) => state.namespaces.has(name)) ?? path[0] ?? 'public'
}

/** The relation that a name means now: the namespace written, else temporary ones, else the search path in order. */
export function findRelation(state: State, target: RangeVar): Relation | undefined {
  const name = target.relname ?? ''
  for (const namespace of searched(state, target.schemaname)) {
    const relation = state.relations.get(displayId(namespace, name))
    if (relation !== undefined) return relation
  }
  return undefined
}

/** The namespaces that a name without (or with) a namespace is looked for in. */
export function searched(state: State, namespace: string | undefined): readonly string[] {
  return namespace !== undefined ? [namespace] : [temporaryNamespace, ...state.session.searchPath]
}

/** Whether a relation, index, sequence or composite type of the namespace has the name: they share `pg_class`. */
export function isRelationNameTaken(state: State, namespace: string, name: string): boolean {
  const id = displayId(namespace, name)
  return (
    state.relations.has(id) ||
    state.indexes.has(id) ||
    state.sequences.has(id) ||
    state.types.get(id)?.kind === 'composite'
  )
}

/** The id that a name that nothing has would have: for messages and for what an unmodelled statement affects. */
export function presumedId(state: State, target: RangeVar): string {
  return displayId(creationNamespace(state, target), target.relname ?? '')
}
