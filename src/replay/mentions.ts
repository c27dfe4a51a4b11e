import type { Relation } from '../model/schema-model.ts'
import { expressionsOf } from './expressions.ts'
import { elementType } from './moves.ts'
import { referencesOf } from './references.ts'
import type { State } from './state.ts'

/** Ids that a relation's record refers to, so that most relations need no closer look. */
export function mentions(state: State, relation: Relation): ReadonlySet<string> {
  const known = state.mentions.get(relation)
  if (known !== undefined) return known
  const ids = new Set<string>()
  for (const { references } of relation.constraints) if (references !== null) ids.add(references.relation)
  for (const { type } of relation.columns) ids.add(elementType(type))
  for (const { routine } of relation.triggers) ids.add(routine)
  for (const { expression, holder } of expressionsOf(relation)) {
    for (const id of referencesOf(state, expression, holder === 'view' ? null : relation).ids) ids.add(id)
  }
  state.mentions.set(relation, ids)
  return ids
}
