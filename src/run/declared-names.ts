import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'

/**
 * What the declaration names and the model doesn't have, a sentence each. Throws where that is a guarded namespace: none of
 * its tables would be looked at.
 */
export function unknownNames(
  model: SchemaModel,
  declared: TenancyDeclaration,
  file: string | null,
): string[] {
  const namespaces = namespacesOf(model)
  const lacking = model.server === null ? 'which no migration creates' : 'which the database does not have'
  for (const name of declared.guardedNamespaces ?? []) {
    if (namespaces.includes(name)) continue
    throw new InputError(
      `tenancy.guardedNamespaces names ${name}, ${lacking}; ${suggestion(name, namespaces)}`,
      file === null ? {} : { file },
    )
  }
  return [...namedRelations(declared)].flatMap(([place, id]) =>
    model.relations.has(id) ? [] : `${place} names ${id}, ${lacking}`,
  )
}

function namespacesOf(model: SchemaModel): string[] {
  const used = [...model.relations.values()].map(({ namespace }) => namespace)
  return [...new Set(['public', ...model.namespaces.keys(), ...used])]
}

function* namedRelations(declared: TenancyDeclaration): Generator<readonly [string, string]> {
  const { tenants, memberships, globalTables = [], systemTables = [], tenantKeys = {} } = declared
  if (tenants !== undefined) yield ['tenancy.tenants', tenants]
  if (memberships !== undefined) yield ['tenancy.memberships', memberships.relation]
  for (const { relation } of globalTables) yield ['tenancy.globalTables', relation]
  for (const relation of systemTables) yield ['tenancy.systemTables', relation]
  for (const relation of Object.keys(tenantKeys)) yield ['tenancy.tenantKeys', relation]
}
