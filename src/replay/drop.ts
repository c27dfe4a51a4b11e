import type { RelationId, RoutineId } from '../model/schema-model.ts'
import type { StatementContext } from './context.ts'
import { type Dependent, type DroppedObject, dependentsOf, describeObject } from './dependents.ts'
import { removeObjects } from './removal.ts'
import type { State } from './state.ts'

/**
 * Drops objects and what depends on them, together, as PostgreSQL does. Without CASCADE it stops where something else
 * depends on one of them: the server refuses, so nothing changes and the statement is unmodelled. Returns whether they
 * were dropped.
 */
export function dropObjects(
  context: StatementContext,
  objects: readonly DroppedObject[],
  cascade: boolean,
): boolean {
  const { state } = context
  const doomed = closureOf(state, objects)
  const blocked = cascade ? undefined : blocking(doomed)
  if (blocked === undefined) {
    removeObjects(
      state,
      [...doomed.values()].map(({ object }) => object),
    )
    return true
  }
  const needed = blocked.on === null ? '' : ` depends on ${describeObject(blocked.on)}`
  context.unmodelled(
    `DROP without CASCADE is refused: ${describeObject(blocked.object)}${needed}`,
    relationsOf([...objects, blocked.object]),
  )
  return false
}

/** Drops a table, partitioned table, view, materialized view or foreign table. */
export function dropRelation(context: StatementContext, id: RelationId, cascade: boolean): boolean {
  return dropObjects(context, [{ kind: 'relation', id }], cascade)
}

/** Drops a column, of the inheriting children too. */
export function dropColumn(
  context: StatementContext,
  relation: RelationId,
  column: string,
  cascade: boolean,
): boolean {
  if (context.state.relations.get(relation)?.partitionBy?.keys.includes(column)) {
    context.unmodelled(`the server refuses to drop ${column}: ${relation} is partitioned by it`, [relation])
    return false
  }
  return dropObjects(context, [{ kind: 'column', relation, name: column }], cascade)
}

/** Drops a constraint with its index, of the inheriting children too. */
export function dropConstraint(
  context: StatementContext,
  relation: RelationId,
  name: string,
  cascade: boolean,
): boolean {
  return dropObjects(context, [{ kind: 'constraint', relation, name }], cascade)
}

export function dropRoutine(context: StatementContext, id: RoutineId, cascade: boolean): boolean {
  return dropObjects(context, [{ kind: 'routine', id }], cascade)
}

export function dropType(context: StatementContext, id: string, cascade: boolean): boolean {
  return dropObjects(context, [{ kind: 'type', id }], cascade)
}

export function dropNamespace(context: StatementContext, name: string, cascade: boolean): boolean {
  return dropObjects(context, [{ kind: 'namespace', id: name }], cascade)
}

export function dropSequence(context: StatementContext, id: string, cascade: boolean): boolean {
  return dropObjects(context, [{ kind: 'sequence', id }], cascade)
}

interface Doomed extends Dependent {
  /** What it depends on; null where it was named itself. */
  readonly on: DroppedObject | null
}

function closureOf(state: State, objects: readonly DroppedObject[]): ReadonlyMap<string, Doomed> {
  const doomed = new Map<string, Doomed>()
  const pending = [...objects]
  for (const object of objects) doomed.set(keyOf(object), { object, along: true, on: null })
  for (let on = pending.shift(); on !== undefined; on = pending.shift()) {
    for (const { object, along } of dependentsOf(state, on)) {
      const key = keyOf(object)
      const known = doomed.get(key)
      if (known === undefined) pending.push(object)
      if (known === undefined || (along && !known.along)) doomed.set(key, { object, along, on })
    }
  }
  return doomed
}

/** What would have to go by CASCADE alone; a part of a relation that goes is none, nor is the default of a column that goes. */
function blocking(doomed: ReadonlyMap<string, Doomed>): Doomed | undefined {
  return [...doomed.values()].find(
    ({ object, along }) => !along && !wholesOf(object).some((whole) => doomed.has(keyOf(whole))),
  )
}

function wholesOf(object: DroppedObject): DroppedObject[] {
  if (!('relation' in object)) return []
  const relation = { kind: 'relation', id: object.relation } as const
  return object.kind === 'default' ? [relation, { ...object, kind: 'column' }] : [relation]
}

function keyOf(object: DroppedObject): string {
  return 'relation' in object
    ? `${object.kind} ${object.relation} ${object.name}`
    : `${object.kind} ${object.id}`
}

function relationsOf(objects: readonly DroppedObject[]): RelationId[] {
  const ids = objects.flatMap((object) => {
    if ('relation' in object) return [object.relation]
    return object.kind === 'relation' ? [object.id] : []
  })
  return [...new Set(ids)]
}
