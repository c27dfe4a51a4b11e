import { isPattern } from '../../model/affected.ts'
import { displayId, readName } from '../../sql/identifiers.ts'
import { digitsStandIn, standIn } from '../../sql/stand-in.ts'
import { findRelation, findSequence, searched } from '../names.ts'
import { findRoutines } from '../routine-names.ts'
import type { State } from '../state.ts'
import { quotedIdentifier } from './format.ts'
import { ObjectReference, Unknown, unknown, type Value } from './value.ts'

/** The types whose values are oids that are printed as names. */
export const registeredTypes: ReadonlySet<string> = new Set([
  ...['regclass', 'regtype', 'regnamespace', 'regrole', 'regproc', 'regprocedure'],
])

/** What a value of these types looks like as text, whatever it is. */
export function unknownName(type: string): Unknown {
  return new Unknown(type === 'regprocedure' ? `${standIn}(${standIn})` : standIn)
}

/** A name as it is printed where the search path decides whether the namespace must be told. */
function printedName(isVisible: boolean, namespace: string, name: string): string {
  return isVisible ? quotedIdentifier(name) : `${quotedIdentifier(namespace)}.${quotedIdentifier(name)}`
}

/** The oid of a relation, sequence or index, printed as `regclass` is. */
export function relationReference(state: State, namespace: string, name: string): ObjectReference {
  const id = displayId(namespace, name)
  const isVisible =
    searched(state, undefined).find((each) => isRelation(state, displayId(each, name))) === namespace
  return new ObjectReference('relation', id, printedName(isVisible, namespace, name))
}

function isRelation({ relations, sequences, indexes }: State, id: string): boolean {
  return relations.has(id) || sequences.has(id) || indexes.has(id)
}

export function namespaceReference(name: string): ObjectReference {
  return new ObjectReference('namespace', name, quotedIdentifier(name))
}

export function roleReference(name: string | null): Value {
  return name === null ? unknown : new ObjectReference('role', name, quotedIdentifier(name))
}

/** What a cast of a text to one of the `reg` types gives; undefined where the model has nothing of the name. */
export function namedObject(state: State, type: string, text: string): Value | undefined {
  const parts = readName(type === 'regprocedure' ? text.slice(0, Math.max(0, text.indexOf('('))) : text)
  const name = parts?.at(-1)
  if (parts === null || name === undefined) return undefined
  const schemaname = parts.at(-2)
  const range = schemaname === undefined ? { relname: name } : { schemaname, relname: name }
  switch (type) {
    case 'regclass': {
      const found = findRelation(state, range) ?? findSequence(state, range)
      if (found !== undefined) return relationReference(state, found.namespace, found.name)
      const namespace = searched(state, schemaname).find((each) => state.indexes.has(displayId(each, name)))
      return namespace === undefined ? undefined : relationReference(state, namespace, name)
    }
    case 'regnamespace':
      return state.namespaces.has(name) ? namespaceReference(name) : undefined
    case 'regrole':
      return state.roles.has(name) ? roleReference(name) : undefined
    case 'regtype': {
      const namespace = searched(state, schemaname).find((each) => state.types.has(displayId(each, name)))
      if (namespace === undefined) return undefined
      const id = displayId(namespace, name)
      return new ObjectReference('type', id, printedName(schemaname === undefined, namespace, name))
    }
    default: {
      const routines = findRoutines(state, parts)
      const [routine] = routines
      return routine !== undefined && routines.length === 1
        ? new ObjectReference('routine', routine.id, type === 'regproc' ? text : routine.id)
        : undefined
    }
  }
}

/** An oid as its `reg` type prints it. A star in an id stands for digits that are not known. */
export function printed(state: State | null, { kind, id }: ObjectReference): Value {
  if (kind === 'namespace') return namespaceReference(id)
  if (kind === 'role') return roleReference(id)
  if (kind === 'routine' || kind === 'type') return new ObjectReference(kind, id, id)
  const [namespace, name] = kind === 'relation' ? (readName(id) ?? []) : []
  if (state === null || namespace === undefined || name === undefined) return new Unknown(standIn)
  if (!isPattern(id)) return relationReference(state, namespace, name)
  const isVisible = searched(state, undefined).includes(namespace)
  return new Unknown(printedName(isVisible, namespace, withDigits(name)))
}

/** The name of such an id as a computed text has it. */
export function withDigits(name: string): string {
  return name.replaceAll('*', digitsStandIn)
}
