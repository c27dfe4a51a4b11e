import type { Relation, RelationId } from '../model/schema-model.ts'
import { expressionsOf } from './expressions.ts'
import { elementType } from './moves.ts'
import { referencesOf } from './references.ts'
import type { State } from './state.ts'

/** Ids that a relation's record refers to, so that most relations need no closer look. Types of PostgreSQL's own have none. */
export function mentions(state: State, relation: Relation): ReadonlySet<string> {
  const known = state.mentions.get(relation)
  if (known !== undefined) return known
  const ids = new Set<string>()
  for (const { references } of relation.constraints) if (references !== null) ids.add(references.relation)
  for (const { type } of relation.columns) if (type.includes('.')) ids.add(elementType(type))
  for (const { routine } of relation.triggers) ids.add(routine)
  for (const { expression, holder } of expressionsOf(relation)) {
    for (const id of referencesOf(state, expression, holder === 'view' ? null : relation).ids) ids.add(id)
  }
  state.mentions.set(relation, ids)
  return ids
}

/** The relations whose records refer to an id, looked up and not searched for. */
export function relationsThatMention(state: State, id: string): Relation[] {
  for (const changed of state.relations.takeChanged()) {
    const relation = state.relations.get(changed)
    if (relation !== undefined)
      for (const mention of mentions(state, relation)) enter(state, mention, changed)
  }
  return [...(state.mentioned.get(id) ?? [])].flatMap((candidate) => {
    const relation = state.relations.get(candidate)
    return relation !== undefined && mentions(state, relation).has(id) ? [relation] : []
  })
}

function enter({ mentioned }: State, id: string, relation: RelationId): void {
  const relations = mentioned.get(id)
  if (relations === undefined) mentioned.set(id, new Set([relation]))
  else relations.add(relation)
}
