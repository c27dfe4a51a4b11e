import type { FuncCall, Node, RangeVar, TypeCast, TypeName } from 'libpg-query'
import type { Relation, RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { type ExpressionParts, expressionsOf } from './expressions.ts'
import { elementType } from './moves.ts'
import type { State } from './state.ts'

/** The relations whose records may refer to an id or may have done so once, looked up and not searched for. */
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
  for (const { expression } of expressionsOf(parts)) {
    eachName(state, expression, (id) => enter(state, id, relation.id))
  }
}

/** Shows the ids that the qualified names of a bound expression may mean: of a routine those of all its overloads. */
function eachName(state: State, tree: object, visit: (id: string) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) eachName(state, item, visit)
    return
  }
  for (const key of Object.keys(tree) as (keyof typeof tree)[]) {
    const value: unknown = tree[key]
    if (typeof value !== 'object' || value === null || unnamed.has(key)) continue
    if ('relname' in value) {
      const { schemaname, relname } = value as RangeVar
      if (schemaname !== undefined) visit(displayId(schemaname, relname ?? ''))
    } else if (key === 'FuncCall') {
      const routines = qualifiedId((value as FuncCall).funcname)
      for (const { id } of routines === null ? [] : state.routinesByName.group(routines)) visit(id)
    } else if (key === 'TypeCast') {
      const { arg, typeName } = value as TypeCast
      const text = as(arg, 'A_Const')?.sval?.sval
      if (text !== undefined && strings(typeName?.names).at(-1) === 'regclass') visit(text)
    } else if (key === 'typeName' || key === 'TypeName') {
      const type = qualifiedId((value as TypeName).names)
      if (type !== null) visit(type)
    }
    eachName(state, value, visit)
  }
}

/** Parts of a parse tree that name nothing but columns, or that are read with what holds them. */
const unnamed: ReadonlySet<string> = new Set(['A_Const', 'ColumnRef', 'funcname', 'names'])

function qualifiedId(nodes: readonly Node[] | undefined): string | null {
  const names = strings(nodes)
  const namespace = names.at(-2)
  return namespace === undefined ? null : displayId(namespace, names.at(-1) ?? '')
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
