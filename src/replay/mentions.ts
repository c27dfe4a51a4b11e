import type { Relation, RelationId } from '../model/schema-model.ts'
import { type ExpressionParts, expressionsOf } from './expressions.ts'
import { elementType } from './moves.ts'
import { referencesOf } from './references.ts'
import type { State } from './state.ts'

/** The relations whose records refer to an id or did so once, looked up and not searched for. */
export function relationsThatMention(state: State, id: string): Relation[] {
  for (const [changed, before] of state.relations.takeChanged()) {
    const relation = state.relations.get(changed)
    if (relation !== undefined) enterNewParts(state, relation, before)
  }
  return [...(state.mentioned.get(id) ?? [])].flatMap((candidate) => state.relations.get(candidate) ?? [])
}

/** Enters what the parts of a relation's record refer to which an earlier record didn't have. */
function enterNewParts(state: State, relation: Relation, before: Relation | undefined): void {
  const parts: MentioningParts = before === undefined ? relation : newParts(relation, before)
  for (const { references } of parts.constraints) {
    if (references !== null) enter(state, references.relation, relation.id)
  }
  for (const { type } of parts.columns) if (type.includes('.')) enter(state, elementType(type), relation.id)
  for (const { routine } of parts.triggers) enter(state, routine, relation.id)
  for (const { expression, holder } of expressionsOf(parts)) {
    const { ids } = referencesOf(state, expression, holder === 'view' ? null : relation)
    for (const id of ids) enter(state, id, relation.id)
  }
}

type MentioningParts = ExpressionParts & Pick<Relation, 'triggers'>

function newParts(relation: Relation, before: Relation): MentioningParts {
  return {
    name: relation.name,
    columns: newItems(relation.columns, before.columns),
    constraints: newItems(relation.constraints, before.constraints),
    indexes: newItems(relation.indexes, before.indexes),
    policies: newItems(relation.policies, before.policies),
    triggers: newItems(relation.triggers, before.triggers),
    partitionBy: relation.partitionBy === before.partitionBy ? null : relation.partitionBy,
    view: relation.view === before.view ? null : relation.view,
  }
}

function newItems<T>(items: readonly T[], before: readonly T[]): readonly T[] {
  return items === before ? [] : items.filter((item, at) => item !== before[at] && !before.includes(item))
}

function enter({ mentioned }: State, id: string, relation: RelationId): void {
  const relations = mentioned.get(id)
  if (relations === undefined) mentioned.set(id, new Set([relation]))
  else relations.add(relation)
}
