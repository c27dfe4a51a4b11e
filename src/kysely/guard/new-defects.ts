import type { Defect } from '../../checks/examine.ts'
import type { Relation, RelationId } from '../../model/schema-model.ts'

/** Whether others may be judged by a relation as before. Of what the tenancy rests on nothing may have changed. */
export function standsAlike(one: Relation, other: Relation | undefined, isAnchor: boolean): boolean {
  if (other === undefined) return false
  const told = (relation: Relation) => {
    const { columns, constraints, indexes, triggers, ...rest } = relation
    return JSON.stringify(isAnchor ? [rest, columns, constraints] : rest)
  }
  return told(one) === told(other)
}

/** Whether somebody was granted what he was not, or a policy admits what none did: then an old defect leaks more than it did. */
export function isOpened(former: Relation | undefined, now: Relation | undefined): boolean {
  const told = (relation: Relation | undefined) =>
    [...(relation?.grants ?? []), ...(relation?.policies ?? [])].map(({ source, ...rest }) =>
      JSON.stringify(rest),
    )
  const known = new Set(told(former))
  return told(now).some((each) => !known.has(each))
}

/** The same subject with another defect is new, and so is whatever is wrong with a relation that was made or opened now. */
export function newOf(
  found: ReadonlyMap<string, Defect>,
  old: ReadonlyMap<string, Defect>,
  made: ReadonlySet<RelationId>,
  isOpenedNow: (relation: RelationId) => boolean,
): readonly Defect[] {
  return [...found.values()].filter(({ key, found: { relation, message } }) => {
    if (old.get(key)?.found.message !== message) return true
    return relation !== null && (made.has(relation) || isOpenedNow(relation))
  })
}

/** The defects as they would be told of relations that have another id now. */
export function renamed(
  defects: ReadonlyMap<string, Defect>,
  ids: ReadonlyMap<RelationId, RelationId>,
): ReadonlyMap<string, Defect> {
  if (ids.size === 0) return defects
  return new Map(
    [...defects.values()].map((defect) => {
      const { key, found } = defect
      const id = found.relation === null ? undefined : ids.get(found.relation)
      if (found.relation === null || id === undefined) return [key, defect] as const
      const told = (text: string) => text.replaceAll(found.relation ?? '', id)
      return [told(key), { ...defect, found: { ...found, message: told(found.message) } }] as const
    }),
  )
}
