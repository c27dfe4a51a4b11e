import { displayId } from '../sql/identifiers.ts'
import type { RelationName } from '../templates/blueprint.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'

/** Why all tenants share the table, as the declaration says it; throws where it does not. */
export function reasonOf({ globalTables = [] }: TenancyDeclaration, table: RelationName): string {
  const id = idOf(table)
  const declared = globalTables.find(({ relation }) => relation === id)
  if (declared !== undefined) return declared.reason
  throw new Error(
    `${id} is not among the globalTables of the tenancy: declare it there with the reason why all tenants share it, { relation: '${id}', reason: '...' }`,
  )
}

/** Throws where the declaration says of a table that it is no tenant's, or that its key has another name. */
export function requireTenantTable(declaration: TenancyDeclaration, table: RelationName): void {
  const { globalTables = [], systemTables = [], tenantKeys = {}, tenantKey } = declaration
  const id = idOf(table)
  if (globalTables.some(({ relation }) => relation === id)) {
    throw new Error(`${id} is among the globalTables of the tenancy: create it with createGlobalTable`)
  }
  if (systemTables.includes(id)) {
    throw new Error(`${id} is among the systemTables of the tenancy, which no tenant ever sees`)
  }
  const key = tenantKeys[id]
  if (key !== undefined && key !== tenantKey) {
    throw new Error(
      `the key of ${id} is ${key} by tenantKeys of the tenancy, and tables that are made here have ${tenantKey}`,
    )
  }
}

function idOf({ namespace, name }: RelationName): string {
  return displayId(namespace, name)
}
