import type { Node, RangeVar, TypeName } from 'libpg-query'
import type { Relation, Sequence } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { strings } from '../sql/node.ts'
import { formatType } from '../sql/types.ts'
import type { JournaledMap } from './journal.ts'
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
  return named(state, state.relations, target.schemaname, target.relname)
}

/** The sequence that a name means now. */
export function findSequence(state: State, target: RangeVar): Sequence | undefined {
  return named(state, state.sequences, target.schemaname, target.relname)
}

function named<V>(
  state: State,
  objects: JournaledMap<V>,
  namespace: string | undefined,
  name: string | undefined,
): V | undefined {
  for (const candidate of searched(state, namespace)) {
    const object = objects.get(displayId(candidate, name ?? ''))
    if (object !== undefined) return object
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

/** A type as the model writes it, `integer` or `public.mood`, with its modifiers or others; `%TYPE` is looked up. */
export function typeName(
  state: State,
  type: TypeName,
  modifiers: readonly Node[] = type.typmods ?? [],
): string {
  if (type.pct_type === true) {
    const [name, relation, namespace] = strings(type.names).reverse()
    const found = named(state, state.relations, namespace, relation)
    const column = found?.columns.find((candidate) => candidate.name === name)
    if (column !== undefined) return column.type
  }
  return formatType(type, (names) => typeId(state, names), modifiers)
}

/** The id of a type that is not built in: a type or the row type of a relation; of an unknown one the id that it would have. */
export function typeId(state: State, names: readonly string[]): string {
  const name = names.at(-1) ?? ''
  const candidates = searched(state, names.at(-2)).map((namespace) => displayId(namespace, name))
  const found = candidates.find((id) => state.types.has(id) || state.relations.has(id))
  const extension = state.extensions.get(extensionOfType.get(name) ?? '')
  return found ?? displayId(names.at(-2) ?? extension?.namespace ?? creationNamespace(state, {}), name)
}

/** Types that people write without a namespace, and the extension that has them. */
const extensionOfType: ReadonlyMap<string, string> = new Map([
  ['citext', 'citext'],
  ['cube', 'cube'],
  ['geography', 'postgis'],
  ['geometry', 'postgis'],
  ['halfvec', 'vector'],
  ['hstore', 'hstore'],
  ['ltree', 'ltree'],
  ['sparsevec', 'vector'],
  ['vector', 'vector'],
])
