import type { Expression, Relation, Routine } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { assign, mapExpressions, mapShared } from './expressions.ts'
import type { JournaledMap } from './journal.ts'
import { relationsThatMention } from './mentions.ts'
import { movingRewriter } from './move-references.ts'
import { type Address, Moves } from './moves.ts'
import { type Rewriter, rewrite } from './rewrite.ts'
import type { State } from './state.ts'

/** Gives objects of namespaces other names, by the id that they had, and rewrites every reference to them. */
export function moveObjects(state: State, addresses: ReadonlyMap<string, Address>): void {
  const moves = new Moves(state, addresses)
  const { idAfter } = moves
  const rewriter = movingRewriter(state, moves)
  const concerned = new Set(
    [...moves].flatMap(([id]) => [state.relations.get(id), ...relationsThatMention(state, id)]),
  )
  const replacements = [
    ...replace(state.relations, (relation) => movedRelation(state, relation, moves, rewriter, concerned)),
    ...replace(state.routines, (routine) => movedRoutine(state, routine, moves, rewriter)),
    ...replace(state.types, (type) => {
      const { id, namespace, name } = moves.get(type.id) ?? type
      return assign(type, { id, namespace, name, baseType: type.baseType && moves.typeAfter(type.baseType) })
    }),
    ...replace(state.sequences, (sequence) => {
      const { id, namespace, name } = moves.get(sequence.id) ?? sequence
      const { ownedBy } = sequence
      const owner = ownedBy && assign(ownedBy, { relation: idAfter(ownedBy.relation) })
      return assign(sequence, { id, namespace, name, ownedBy: owner })
    }),
  ]
  moveIndexes(state, moves)
  for (const apply of replacements) apply()
  for (const [key, publication] of state.publications) {
    const relations = mapShared(publication.relations, idAfter)
    const narrowed = mapShared(publication.narrowed, (one) => assign(one, { name: idAfter(one.name) }))
    state.publications.set(key, assign(publication, { relations, narrowed }))
  }
  for (const [key, trigger] of state.eventTriggers) {
    state.eventTriggers.set(key, assign(trigger, { routine: idAfter(trigger.routine) }))
  }
  moveNotNullNames(state, moves)
  rememberFormerIds(state, moves)
}

/** What sets the changed objects in place of the old ones; all are worked out before any is set. */
function replace<V extends { readonly id: string }>(
  map: JournaledMap<V>,
  change: (value: V) => V,
): (() => void)[] {
  const changed = [...map.values()].flatMap((before) => {
    const after = change(before)
    return after === before ? [] : [{ before, after }]
  })
  return [
    () => {
      for (const { before, after } of changed) if (after.id !== before.id) map.delete(before.id)
      for (const { after } of changed) map.set(after.id, after)
    },
  ]
}

/** `concerned`: the relations whose expressions may refer to what moves. */
function movedRelation(
  state: State,
  relation: Relation,
  moves: Moves,
  rewriter: Rewriter,
  concerned: ReadonlySet<Relation | undefined>,
): Relation {
  const { idAfter, typeAfter } = moves
  const { id, namespace, name } = moves.get(relation.id) ?? relation
  const { partitionOf, view, origin } = relation
  const renamed = assign(relation, {
    id,
    namespace,
    name,
    columns: mapShared(relation.columns, (column) => assign(column, { type: typeAfter(column.type) })),
    constraints: mapShared(relation.constraints, (constraint) => {
      const { references } = constraint
      const target = references && assign(references, { relation: idAfter(references.relation) })
      return assign(constraint, { references: target })
    }),
    triggers: mapShared(relation.triggers, (trigger) =>
      assign(trigger, { routine: idAfter(trigger.routine) }),
    ),
    partitionOf: partitionOf && idAfter(partitionOf),
    inherits: mapShared(relation.inherits, idAfter),
    view:
      view && assign(view, { reads: mapShared(view.reads, idAfter), calls: mapShared(view.calls, idAfter) }),
    origin:
      origin &&
      assign(origin, {
        from: mapShared(origin.from, idAfter),
        replaces: origin.replaces && idAfter(origin.replaces),
      }),
  })
  if (!concerned.has(relation)) return renamed
  return mapExpressions(renamed, (expression: Expression, own) =>
    rewrite(state, expression, own ? relation : null, rewriter),
  )
}

function movedRoutine(state: State, routine: Routine, moves: Moves, rewriter: Rewriter): Routine {
  const { id, namespace, name } = moves.get(routine.id) ?? routine
  return assign(routine, {
    id,
    namespace,
    name,
    arguments: mapShared(routine.arguments, moves.typeAfter),
    returns: routine.returns && moves.typeAfter(routine.returns),
    sqlBody: routine.sqlBody && mapShared(routine.sqlBody, (body) => rewrite(state, body, null, rewriter)),
  })
}

/** Indexes stay with their relation, in its namespace. */
function moveIndexes(state: State, moves: Moves): void {
  for (const [id, to] of moves) {
    const relation = state.relations.get(id)
    for (const { name } of relation?.indexes ?? []) {
      state.indexes.delete(displayId(relation?.namespace ?? '', name))
      state.indexes.set(displayId(to.namespace, name), to.id)
    }
  }
}

function moveNotNullNames(state: State, moves: Moves): void {
  const names = [...moves].map(([id, to]) => [id, to.id, state.notNullNames.get(id)] as const)
  for (const [id] of names) state.notNullNames.delete(id)
  for (const [, id, named] of names) if (named !== undefined) state.notNullNames.set(id, named)
}

function rememberFormerIds(state: State, moves: Moves): void {
  for (const [former, present] of [...state.formerIds]) state.formerIds.set(former, moves.idAfter(present))
  for (const [id, to] of moves) {
    const relation = state.relations.get(to.id)
    if (relation === undefined) continue
    state.formerIds.set(id, to.id)
    const replaces = state.formerIds.get(to.id)
    if (replaces === to.id) state.formerIds.delete(to.id)
    else if (replaces !== undefined && relation.origin !== null) {
      state.put({ ...relation, origin: { ...relation.origin, replaces } })
    }
  }
}
