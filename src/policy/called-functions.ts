import type { Relation, SchemaModel } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { type NodeKind, type NodeOf, strings, walk } from '../sql/node.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { isOfPlatform } from './category.ts'

/** The functions of the history that policies of these tables call, as `namespace.name`, sorted. */
export function functionsOfPolicies(
  model: SchemaModel,
  tenancy: Tenancy,
  tables: readonly Relation[],
): string[] {
  const own = new Set(
    [...model.routines.values()]
      .filter(({ source }) => !isOfPlatform(tenancy, source))
      .map(({ namespace, name }) => displayId(namespace, name)),
  )
  const called = new Set<string>()
  for (const { policies } of tables) {
    for (const { using, withCheck } of policies) {
      walk([using, withCheck], (kind: NodeKind, value: unknown) => {
        if (kind !== 'FuncCall') return true
        const [namespace = '', name = namespace] = strings((value as NodeOf<'FuncCall'>).funcname)
        const id = displayId(namespace, name)
        if (own.has(id)) called.add(id)
        return true
      })
    }
  }
  return [...called].sort()
}
