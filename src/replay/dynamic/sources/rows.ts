import { isPattern } from '../../../model/affected.ts'
import type { Relation } from '../../../model/schema-model.ts'
import { displayId, readName } from '../../../sql/identifiers.ts'
import type { State } from '../../state.ts'
import { withDigits } from '../objects.ts'
import { equals, ObjectReference, Row, Unknown, unknown, type Value } from '../value.ts'

/** A row of a catalog. */
export interface SourceRow {
  readonly row: Row
  /** False where such rows may be there, or not. */
  readonly isSure: boolean
  /** Whether an earlier unmodelled statement may have changed what it tells of. */
  readonly isDoubtful: boolean
}

/** Values that columns have in the rows that are asked for, where the query says so. */
export type Hints = ReadonlyMap<string, readonly Value[]>

/** The rows of a catalog that may meet the hints. */
export type Source = (state: State, hints: Hints) => SourceRow[]

export type Fields = Readonly<Record<string, Value>>

export function sureRow(fields: Fields, isDoubtful = false): SourceRow {
  return { row: new Row(new Map(Object.entries(fields)), true), isSure: true, isDoubtful }
}

export function possibleRow(fields: Fields, isDoubtful = false): SourceRow {
  return { row: new Row(new Map(Object.entries(fields)), true), isSure: false, isDoubtful }
}

/** The texts that a column is asked for; null where it may have any. */
export function askedTexts(hints: Hints, column: string | undefined): readonly string[] | null {
  const values = column === undefined ? undefined : hints.get(column)
  const texts = values?.map((value) => (typeof value === 'string' ? value : undefined))
  return texts?.every((text) => text !== undefined) ? texts : null
}

/** The same of a column of oids. */
export function askedIds(hints: Hints, column: string | undefined): readonly string[] | null {
  const values = column === undefined ? undefined : hints.get(column)
  const ids = values?.map((value) => (value instanceof ObjectReference ? value.id : undefined))
  return ids?.every((id) => id !== undefined) ? ids : null
}

/** By which columns a catalog tells of relations. */
export interface RelationColumns {
  readonly oid?: string
  readonly name?: string
  readonly namespace?: string
  /** Column of the namespace's oid. */
  readonly namespaceOid?: string
}

/** Of the relations of the model those that the hints may mean. */
export function relationsAsked(state: State, hints: Hints, columns: RelationColumns): Relation[] {
  const ids = askedIds(hints, columns.oid)
  if (ids !== null) return ids.flatMap((id) => state.relations.get(id) ?? [])
  const names = askedTexts(hints, columns.name)
  if (names !== null) return [...new Set(names)].flatMap((name) => state.relationsByName.group(name))
  const namespaces = askedNamespaces(hints, columns)
  if (namespaces === null) return [...state.relations.values()]
  return [...new Set(namespaces)].flatMap((namespace) => state.relationsByNamespace.group(namespace))
}

function askedNamespaces(
  hints: Hints,
  { namespace, namespaceOid }: RelationColumns,
): readonly string[] | null {
  return askedTexts(hints, namespace) ?? askedIds(hints, namespaceOid)
}

/** A relation that may be there: what is known of its namespace and name. */
export interface PossibleRelation {
  readonly id: string | null
  readonly namespace: string
  readonly name: string | Unknown
  /** Whether the model has it, and parts that it has besides are meant. */
  readonly isDoubtful: boolean
}

/**
 * Relations that the hints may mean and the model doesn't have: those that earlier unmodelled statements may have made, those of
 * namespaces that no statement made, and PostgreSQL's own. `parts`: also those whose parts such statements may have changed.
 */
export function* possibleRelations(
  state: State,
  hints: Hints,
  columns: RelationColumns,
  parts: boolean,
): Generator<PossibleRelation> {
  const names = askedTexts(hints, columns.name)
  const ids = askedIds(hints, columns.oid)
  const namespaces = askedNamespaces(hints, columns)
  const isAsked = (asked: readonly string[] | null, value: string) => asked === null || asked.includes(value)
  for (const id of state.announced.view.keys()) {
    const known = state.relations.has(id)
    if (known && !parts) continue
    const [namespace = '', name = ''] = readName(id) ?? []
    if (!isAsked(namespaces, namespace) || !isAsked(ids, id)) continue
    if (isPattern(id)) yield { id, namespace, name: new Unknown(withDigits(name)), isDoubtful: false }
    else if (isAsked(names, name)) yield { id, namespace, name, isDoubtful: known }
  }
  for (const namespace of openNamespaces(state, namespaces, names)) {
    const example = names === null ? exampleOf(namespace) : undefined
    const id = example === undefined ? null : displayId(namespace, example)
    if (ids !== null && !ids.some((asked) => asked === id)) continue
    yield { id, namespace, name: example ?? unknown, isDoubtful: false }
  }
}

/** A relation that stands for all that PostgreSQL brings, where none is asked for by name. */
function exampleOf(namespace: string): string | undefined {
  if (namespace === 'pg_catalog') return 'pg_class'
  return namespace === 'information_schema' ? 'sql_features' : undefined
}

/** Namespaces of which the model doesn't have all relations. */
function* openNamespaces(
  state: State,
  asked: readonly string[] | null,
  names: readonly string[] | null,
): Generator<string> {
  if (asked !== null) {
    for (const namespace of new Set(asked)) {
      const isKnown = names?.every((name) => state.relations.has(displayId(namespace, name)))
      if (isOpen(state, namespace) && !isKnown) yield namespace
    }
    return
  }
  if (names === null) for (const namespace of state.platformNamespaces) yield namespace
  if (names?.every((name) => !mayBeSystemName(name)) !== true) yield* systemNamespaces
}

export const systemNamespaces: readonly string[] = ['pg_catalog', 'information_schema']

function isOpen(state: State, namespace: string): boolean {
  if (systemNamespaces.includes(namespace) || state.platformNamespaces.has(namespace)) return true
  return namespace !== 'public' && !state.namespaces.has(namespace)
}

/** Relations of information_schema that people are unlikely to make themselves are left out, as are PostgreSQL's prefixes. */
function mayBeSystemName(name: string): boolean {
  return name.startsWith('pg_') || name.startsWith('_pg_') || name.startsWith('sql_')
}

export function isDoubtful(state: State, { id }: { readonly id: string }): boolean {
  return state.announced.has(id)
}

/** Whether there may be a relation that the model doesn't have under a name as `regclass` reads it. */
export function isOpenNamespace(state: State, name: string): boolean {
  const parts = readName(name)
  if (parts === null) return true
  const hints: [string, readonly Value[]][] = [['name', [parts.at(-1) ?? '']]]
  if (parts.length > 1) hints.push(['namespace', [parts.at(-2) ?? '']])
  const columns = { name: 'name', namespace: 'namespace' }
  const possible = [...possibleRelations(state, new Map(hints), columns, false)]
  return possible.some((relation) => equals(relation.name, parts.at(-1) ?? '') !== false)
}
