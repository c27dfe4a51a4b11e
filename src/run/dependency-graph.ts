import type { Policy, Relation, RelationId, Routine, ViewDefinition } from '../model/schema-model.ts'
import type { RoutineBodies } from '../policy/routines.ts'
import { type Dependence, dependences } from '../policy/standing.ts'
import { displayId } from '../sql/identifiers.ts'
import { type NodeKind, type NodeOf, strings, walk } from '../sql/node.ts'

/** What an expression names: relations by id and routines by what they are known by, beside any other name in it. */
interface Mentions {
  readonly objects: ReadonlySet<string>
  readonly names: ReadonlySet<string>
}

/** Whether two records of a relation say the same of what it depends on. */
const dependAlike: Readonly<Record<Dependence, (one: Relation, other: Relation) => boolean>> = {
  reference: (one, other) => one.constraints === other.constraints,
  descent: (one, other) =>
    one.inherits === other.inherits && one.partitionOf === other.partitionOf && one.origin === other.origin,
  reading: (one, other) =>
    one.policies === other.policies && one.triggers === other.triggers && one.view === other.view,
}

/**
 * Which relations and routines are judged by which others: by id a relation, by bare name a routine (`f()`), for a body
 * names what it calls and reads without argument types and mostly without a namespace. Names that two namespaces share
 * are taken for one, so that a dependent too many is found and none too few.
 */
export class DependencyGraph {
  readonly #bodies: RoutineBodies
  readonly #edges: Readonly<Record<Dependence, Edges>> = {
    reference: new Edges(),
    descent: new Edges(),
    reading: new Edges(),
  }
  /** What a policy or the query of a view names: neither ever changes. */
  readonly #mentions = new WeakMap<Policy | ViewDefinition, Mentions>()
  readonly #names = new Set<string>()
  /** Routines, by what they are known by, that nothing met so far calls: their bodies are read when something does. */
  readonly #uncalled = new Map<string, Routine[]>()

  constructor(bodies: RoutineBodies) {
    this.#bodies = bodies
  }

  /** Notes what a relation depends on, in the place of what its record of before did. */
  recordRelation(id: RelationId, before: Relation | undefined, relation: Relation | undefined): void {
    for (const dependence of dependences) {
      const isKnown = before !== undefined && relation !== undefined
      if (isKnown && dependAlike[dependence](before, relation)) continue
      const keys = relation === undefined ? new Set<string>() : this.#dependenciesOf(relation, dependence)
      this.#edges[dependence].replace(id, keys)
      if (dependence === 'reading') for (const key of keys) this.#noteCalled(key)
    }
  }

  /** Notes what a routine calls and reads. What a former body did stays noted. */
  recordRoutine(routine: Routine): void {
    const key = callKey(routine.id)
    if (this.#edges.reading.has(key)) this.#readBody(routine, key)
    else this.#uncalled.set(key, [...(this.#uncalled.get(key) ?? []), routine])
  }

  #readBody(routine: Routine, caller: string): void {
    const { calls, names } = this.#bodies.mentionsOf(routine)
    for (const key of [...calls.map((call) => `${lastPart(call)}()`), ...names.map(lastPart)]) {
      this.#edges.reading.add(key, caller)
      this.#noteCalled(key)
    }
  }

  /** Reads the bodies of a routine when the first is met that calls it. */
  #noteCalled(key: string): void {
    const routines = this.#uncalled.get(key)
    if (routines === undefined) return
    this.#uncalled.delete(key)
    for (const routine of routines) this.#readBody(routine, key)
  }

  /** What is judged by a relation or routine itself. */
  dependentsOf(key: string, dependence: Dependence): readonly string[] {
    const dependents = this.#edges[dependence].of(key)
    const isByName = dependence === 'reading' && !isCall(key)
    return isByName ? [...dependents, ...this.#edges.reading.of(bareName(key))] : dependents
  }

  /** What a relation is judged by. */
  dependenciesOf(id: RelationId, dependence: Dependence): Iterable<string> {
    return this.#edges[dependence].from(id)
  }

  /** Whether the policies or views that were met so far have the name of a column in them. */
  hasName(column: string): boolean {
    return this.#names.has(column)
  }

  /** Whether a policy of the relation has the name of a column in it. */
  hasOwnName({ policies }: Relation, column: string): boolean {
    return policies.some((policy) => this.#mentionsOf(policy).names.has(column))
  }

  #dependenciesOf(relation: Relation, dependence: Dependence): Set<string> {
    switch (dependence) {
      case 'reference':
        return new Set(relation.constraints.flatMap(({ references }) => references?.relation ?? []))
      case 'descent': {
        const { inherits, partitionOf, origin } = relation
        return new Set([...inherits, partitionOf, origin?.replaces, ...(origin?.from ?? [])].filter(isGiven))
      }
      case 'reading': {
        const { view, triggers, policies } = relation
        const expressions = view === null ? policies : [...policies, view]
        return new Set([
          ...(view?.reads ?? []),
          ...[...(view?.calls ?? []), ...triggers.map(({ routine }) => routine)].map(callKey),
          ...expressions.flatMap((expression) => [...this.#mentionsOf(expression).objects]),
        ])
      }
    }
  }

  #mentionsOf(expression: Policy | ViewDefinition): Mentions {
    let mentions = this.#mentions.get(expression)
    if (mentions === undefined) {
      mentions = readMentions(expression)
      this.#mentions.set(expression, mentions)
      for (const name of mentions.names) this.#names.add(name)
    }
    return mentions
  }
}

/** Who depends on what, both ways. */
class Edges {
  readonly #dependents = new Map<string, Set<string>>()
  readonly #dependencies = new Map<string, ReadonlySet<string>>()

  has(key: string): boolean {
    return this.#dependents.has(key)
  }

  of(key: string): readonly string[] {
    return [...(this.#dependents.get(key) ?? [])]
  }

  from(dependent: string): Iterable<string> {
    return this.#dependencies.get(dependent) ?? []
  }

  add(key: string, dependent: string): void {
    const dependents = this.#dependents.get(key)
    if (dependents === undefined) this.#dependents.set(key, new Set([dependent]))
    else dependents.add(dependent)
  }

  replace(dependent: string, keys: ReadonlySet<string>): void {
    const before = this.#dependencies.get(dependent)
    if (before === undefined && keys.size === 0) return
    for (const key of before ?? []) if (!keys.has(key)) this.#dependents.get(key)?.delete(dependent)
    for (const key of keys) if (!before?.has(key)) this.add(key, dependent)
    this.#dependencies.set(dependent, keys)
  }
}

function readMentions(expression: Policy | ViewDefinition): Mentions {
  const objects = new Set<string>()
  const names = new Set<string>()
  walk(expression, (kind: NodeKind, value: unknown) => {
    if (kind === 'RangeVar') {
      const { schemaname, relname } = value as NodeOf<'RangeVar'>
      objects.add(displayId(schemaname ?? '', relname ?? ''))
    } else if (kind === 'FuncCall') {
      objects.add(`${strings((value as NodeOf<'FuncCall'>).funcname).at(-1)}()`)
    } else if (kind === 'String') {
      names.add((value as NodeOf<'String'>).sval ?? '')
    }
    return true
  })
  return { objects, names }
}

function isGiven(id: RelationId | null | undefined): id is RelationId {
  return id !== null && id !== undefined
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
