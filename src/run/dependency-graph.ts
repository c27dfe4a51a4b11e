import type { Relation, RelationId, Routine } from '../model/schema-model.ts'
import type { RoutineBodies } from '../policy/routines.ts'
import { displayId } from '../sql/identifiers.ts'
import { type NodeKind, type NodeOf, strings, walk } from '../sql/node.ts'

/**
 * Which relations and routines are judged by which others: by id a relation, by bare name a routine (`f()`), for a body
 * names what it calls and reads without argument types and mostly without a namespace. Names that two namespaces share
 * are taken for one, so that a dependent too many is found and none too few.
 */
export class DependencyGraph {
  readonly #bodies: RoutineBodies
  readonly #dependents = new Map<string, Set<string>>()
  readonly #dependencies = new Map<RelationId, ReadonlySet<string>>()
  readonly #names = new Set<string>()
  /** Routines, by what they are known by, that nothing met so far calls: their bodies are read when something does. */
  readonly #uncalled = new Map<string, Routine[]>()

  constructor(bodies: RoutineBodies) {
    this.#bodies = bodies
  }

  /** Notes what a relation depends on, in the place of what its record of before did. */
  recordRelation(id: RelationId, before: Relation | undefined, relation: Relation | undefined): void {
    if (before !== undefined && relation !== undefined && haveSameDependencies(before, relation)) return
    for (const key of this.#dependencies.get(id) ?? []) this.#dependents.get(key)?.delete(id)
    if (relation === undefined) {
      this.#dependencies.delete(id)
      return
    }
    const dependencies = this.#dependenciesOf(relation)
    this.#dependencies.set(id, dependencies)
    for (const key of dependencies) this.#add(key, id)
  }

  /** Notes what a routine calls and reads. What a former body did stays noted. */
  recordRoutine(routine: Routine): void {
    const key = callKey(routine.id)
    if (this.#dependents.has(key)) this.#readBody(routine, key)
    else this.#uncalled.set(key, [...(this.#uncalled.get(key) ?? []), routine])
  }

  #readBody(routine: Routine, caller: string): void {
    const { calls, names } = this.#bodies.mentionsOf(routine)
    for (const call of calls) this.#add(`${lastPart(call)}()`, caller)
    for (const name of names) this.#add(lastPart(name), caller)
  }

  /** What is judged by a relation or routine itself. */
  dependentsOf(key: string): readonly string[] {
    const dependents = this.#dependents.get(key) ?? []
    return isCall(key) ? [...dependents] : [...dependents, ...(this.#dependents.get(bareName(key)) ?? [])]
  }

  /** Whether the policies or views that were met so far have the name of a column in them. */
  hasName(column: string): boolean {
    return this.#names.has(column)
  }

  #add(key: string, dependent: string): void {
    const dependents = this.#dependents.get(key)
    if (dependents !== undefined) {
      dependents.add(dependent)
      return
    }
    this.#dependents.set(key, new Set([dependent]))
    const routines = this.#uncalled.get(key) ?? []
    this.#uncalled.delete(key)
    for (const routine of routines) this.#readBody(routine, key)
  }

  #dependenciesOf(relation: Relation): Set<string> {
    const found = new Set<string>(relation.inherits)
    if (relation.partitionOf !== null) found.add(relation.partitionOf)
    for (const { references } of relation.constraints) if (references !== null) found.add(references.relation)
    for (const id of relation.view?.reads ?? []) found.add(id)
    for (const id of relation.view?.calls ?? []) found.add(callKey(id))
    for (const { routine } of relation.triggers) found.add(callKey(routine))
    for (const id of relation.origin?.from ?? []) found.add(id)
    if (relation.origin?.replaces) found.add(relation.origin.replaces)
    this.#addNames(found, [relation.view?.query, relation.policies])
    return found
  }

  /** The relations and routines that expressions name; beside them any other name in them. */
  #addNames(found: Set<string>, expressions: unknown): void {
    walk(expressions, (kind: NodeKind, value: unknown) => {
      if (kind === 'RangeVar') {
        const { schemaname, relname } = value as NodeOf<'RangeVar'>
        found.add(displayId(schemaname ?? '', relname ?? ''))
      } else if (kind === 'FuncCall') {
        found.add(`${strings((value as NodeOf<'FuncCall'>).funcname).at(-1)}()`)
      } else if (kind === 'String') {
        this.#names.add((value as NodeOf<'String'>).sval ?? '')
      }
      return true
    })
  }
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

function lastPart(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf('.') + 1)
}

/** What a routine is known by: `f()` for `app.f(uuid)`. */
export function callKey(id: string): string {
  return `${bareName(id)}()`
}

function isCall(key: string): boolean {
  return key.endsWith('()')
}

function bareName(id: string): string {
  const name = /^(?:"(?:[^"]|"")*"|[^".])*\.("(?:[^"]|"")*"|[^"(]*)/.exec(id)?.[1] ?? id
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
