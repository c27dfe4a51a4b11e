import type { Provenance, Relation, RelationId, SchemaModel } from '../model/schema-model.ts'

/** Why row security doesn't protect a table, the most telling cause alone. */
export type GapCause =
  | 'never enabled'
  | 'never forced'
  | 'switched off'
  | 'force taken back'
  | 'policies dormant'
  | 'partition'
  | 'attached'
  | 'inherited'
  | 'copied'
  | 'renamed away'

export interface ProtectionGap {
  readonly cause: GapCause
  /** The protected relation that one would take the protection from: parent, copied table, table that went away. */
  readonly from: RelationId | null
  /** The statement that shows it best. */
  readonly source: Provenance | null
}

/**
 * What the flags of the table leave open; null where row security is enabled and forced. A partition under a
 * table with a gap has none of its own: the parent is what is to be mended.
 */
export function protectionGap(
  model: SchemaModel,
  relation: Relation,
  below: ReadonlySet<RelationId> = new Set(),
): ProtectionGap | null {
  if (relation.rowSecurityEnabled && relation.rowSecurityForced) return null
  const seen = new Set([...below, relation.id])
  const parent =
    relation.partitionOf === null || seen.has(relation.partitionOf)
      ? undefined
      : model.relations.get(relation.partitionOf)
  const wasSet = relation.rowSecurityEnabledSource ?? relation.rowSecurityForcedSource
  if (parent !== undefined && wasSet === null && protectionGap(model, parent, seen) !== null) return null
  return relation.rowSecurityEnabled ? forceGap(relation) : enableGap(model, relation)
}

function forceGap({ source, rowSecurityEnabledSource, rowSecurityForcedSource }: Relation): ProtectionGap {
  return rowSecurityForcedSource === null
    ? { cause: 'never forced', from: null, source: rowSecurityEnabledSource ?? source }
    : { cause: 'force taken back', from: null, source: rowSecurityForcedSource }
}

function enableGap(model: SchemaModel, relation: Relation): ProtectionGap {
  const { rowSecurityEnabledSource, policies, origin, source } = relation
  if (rowSecurityEnabledSource !== null) {
    return { cause: 'switched off', from: null, source: rowSecurityEnabledSource }
  }
  const lastPolicy = policies.at(-1)
  if (lastPolicy !== undefined) return { cause: 'policies dormant', from: null, source: lastPolicy.source }
  const isProtected = (id: RelationId | null) => model.relations.get(id ?? '')?.rowSecurityEnabled ?? false
  if (relation.partitionOf !== null && isProtected(relation.partitionOf)) {
    const cause = origin?.how === 'attached' ? 'attached' : 'partition'
    return { cause, from: relation.partitionOf, source }
  }
  const inherited = relation.inherits.find(isProtected)
  if (inherited !== undefined) return { cause: 'inherited', from: inherited, source }
  const copied = origin?.how === 'as' || origin?.how === 'like' ? origin.from.find(isProtected) : undefined
  if (copied !== undefined) return { cause: 'copied', from: copied, source }
  const replaces = origin?.replaces ?? null
  if (isProtected(replaces)) return { cause: 'renamed away', from: replaces, source }
  return { cause: 'never enabled', from: null, source }
}
