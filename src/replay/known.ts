import type { RangeVar } from 'libpg-query'
import type { Relation } from '../model/schema-model.ts'
import type { StatementContext } from './context.ts'
import { findRelation, presumedId } from './names.ts'

/** The relation that a statement names; where nothing has the name the statement becomes unmodelled. */
export function knownRelation(context: StatementContext, target: RangeVar | undefined): Relation | undefined {
  const relation = target && findRelation(context.state, target)
  if (relation === undefined && target !== undefined) {
    const id = presumedId(context.state, target)
    context.unmodelled(`no statement created ${id}`, [id])
  }
  return relation
}

/** The relation with one element of a list set in place of the one that has its name, or put last. */
export function withNamed<T extends { readonly name: string }>(list: readonly T[], item: T): T[] {
  const at = list.findIndex(({ name }) => name === item.name)
  return at < 0 ? [...list, item] : list.with(at, item)
}
