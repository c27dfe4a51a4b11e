import { partitionRoot } from '../model/questions.ts'
import type { Relation, SchemaModel } from '../model/schema-model.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { Bindings } from './bindings.ts'
import { tenantKeyOf } from './category.ts'
import { protectionGap } from './protection-gap.ts'

/**
 * By what the verdict on one relation hangs on another. `reference`: a foreign key. `descent`: a partition's parent, what is
 * inherited from, copied or replaced. `reading`: an expression, or a body that one calls, names it.
 */
export type Dependence = 'reference' | 'descent' | 'reading'

export const dependences: readonly Dependence[] = ['reference', 'descent', 'reading']

/** What a dependent sees of a relation beside its columns and constraints. The same text means the same verdict. */
export function standingOf(
  model: SchemaModel,
  tenancy: Tenancy,
  relation: Relation,
  bindings: Bindings,
  isIsolated: () => boolean,
  dependence: Dependence,
): string {
  const { category } = bindings
  const key = tenantKeyOf(model, tenancy, relation)
  switch (dependence) {
    case 'reference':
      return JSON.stringify([category, key])
    case 'descent': {
      const gap = protectionGap(model, relation)
      const root = partitionRoot(model, relation).id
      return JSON.stringify([category, key, relation.rowSecurityEnabled, gap?.cause, gap?.from, root])
    }
    case 'reading': {
      const { parents, ...columns } = bindings
      const names = parents.map(({ name }) => name)
      const { rowSecurityEnabled, rowSecurityForced } = relation
      return JSON.stringify([columns, names, key, rowSecurityEnabled, rowSecurityForced, isIsolated()])
    }
  }
}
