import type { RoutineId, SchemaModel } from '../model/schema-model.ts'
import type { RoutineBodies } from '../policy/routines.ts'

/**
 * Which routines call which, by bare name: a body names what it calls without argument types and mostly without a
 * namespace. Names that two namespaces share are taken for one, so that a caller too many is found and none too few.
 */
export class RoutineCallers {
  readonly #bodies: RoutineBodies
  readonly #callers = new Map<string, Set<string>>()

  constructor(bodies: RoutineBodies) {
    this.#bodies = bodies
  }

  /** Notes the calls of routines as they stand. What a former body called stays noted. */
  record(model: SchemaModel, ids: Iterable<RoutineId>): void {
    for (const id of ids) {
      const routine = model.routines.get(id)
      if (routine === undefined) continue
      for (const call of this.#bodies.mentionsOf(routine).calls) {
        const key = `${call.slice(call.lastIndexOf('.') + 1)}()`
        const callers = this.#callers.get(key)
        if (callers === undefined) this.#callers.set(key, new Set([callKey(id)]))
        else callers.add(callKey(id))
      }
    }
  }

  /** The routine and all that call it, directly or through others. */
  of(id: RoutineId): ReadonlySet<string> {
    const found = new Set([callKey(id)])
    for (const key of found) for (const caller of this.#callers.get(key) ?? []) found.add(caller)
    return found
  }
}

/** The bare name of a routine, as calls of it have it: `f()` for `app.f(uuid)`. */
export function callKey(id: RoutineId): string {
  const name = /^(?:"(?:[^"]|"")*"|[^".])*\.("(?:[^"]|"")*"|[^"(]*)/.exec(id)?.[1] ?? id
  return `${name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name}()`
}
