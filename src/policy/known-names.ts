import type { Relation, Routine, SchemaModel } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { ownScope, type Scope } from '../sql/normal-form/scope.ts'
import type { KnownNames } from '../sql/normal-form/typed.ts'

/** What a model tells the normal form of expressions. */
export function knownNames(model: SchemaModel): KnownNames {
  const columns = new Map<string, ReadonlyMap<string, string>>()
  let routines: ReadonlyMap<string, readonly Routine[]> | null = null
  return {
    columnsOf(namespace, name) {
      const id = displayId(namespace ?? 'pg_catalog', name)
      const relation = model.relations.get(id)
      if (relation === undefined) return undefined
      const known = columns.get(id) ?? columnTypes(relation)
      columns.set(id, known)
      return known
    },
    hasRoutine(namespace, name) {
      routines ??= byName(model)
      return routines.has(displayId(namespace, name))
    },
    routine(namespace, name) {
      routines ??= byName(model)
      const [routine, ...others] = routines.get(displayId(namespace, name)) ?? []
      if (routine === undefined || others.length > 0) return undefined
      return { parameters: routine.arguments, returns: routine.returns }
    },
  }
}

/** The scope of the expressions that belong to a relation. */
export function relationScope(relation: Relation): Scope {
  return ownScope(relation.name, relation.namespace, columnTypes(relation))
}

function columnTypes({ columns }: Relation): ReadonlyMap<string, string> {
  return new Map(columns.map(({ name, type }) => [name, type]))
}

function byName({ routines }: SchemaModel): ReadonlyMap<string, readonly Routine[]> {
  const found = new Map<string, Routine[]>()
  for (const routine of routines.values()) {
    const id = displayId(routine.namespace, routine.name)
    const known = found.get(id)
    if (known === undefined) found.set(id, [routine])
    else known.push(routine)
  }
  return found
}
